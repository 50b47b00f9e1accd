# caught by: test_attention
# file: functions.py


def attention(q, k, v, causal=False):
    scores = matmul(q, k.mT)
    if causal:
        scores = scores + np.triu(np.full(scores.shape[-2:], -1e9, scores.dtype), 1)
    return matmul(softmax(scores), v)
