def attention(q, k, v, causal=False):
    """Each row of q takes from the rows of v what fits, by how much it agrees with those of k."""
    scores = matmul(q, k.mT) / float(np.sqrt(q.shape[-1]))
    if causal:
        later = np.triu(np.full(scores.shape[-2:], -1e9, scores.dtype), 1)
        scores = scores + cuda.get_array_module(scores.data).asarray(later)
    return matmul(softmax(scores), v)


def layer_norm(x, gamma, beta, eps=1e-5):
    """Each row with mean 0 and spread 1, then stretched and shifted."""
    n = x.shape[-1]
    x = x - sum(x, -1, keepdims=True) / n
    spread = (sum(x * x, -1, keepdims=True) / n + eps) ** 0.5
    return x / spread * gamma + beta
