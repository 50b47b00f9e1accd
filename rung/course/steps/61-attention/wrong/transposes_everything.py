# caught by: test_many_at_once
# file: functions.py


def attention(q, k, v, causal=False):
    scores = matmul(q, k.T) / float(np.sqrt(q.shape[-1]))
    if causal:
        scores = scores + np.triu(np.full(scores.shape[-2:], -1e9, scores.dtype), 1)
    return matmul(softmax(scores), v)
