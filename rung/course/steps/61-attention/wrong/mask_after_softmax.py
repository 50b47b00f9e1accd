# caught by: test_nobody_looks_ahead
# file: functions.py


def attention(q, k, v, causal=False):
    weights = softmax(matmul(q, k.mT) / float(np.sqrt(q.shape[-1])))
    if causal:
        weights = weights * np.tri(*weights.shape[-2:], dtype=weights.dtype)
    return matmul(weights, v)
