# caught by: test_layer_norm
# file: functions.py


def layer_norm(x, gamma, beta, eps=1e-5):
    n = len(x)
    x = x - sum(x, 0, keepdims=True) / n
    spread = (sum(x * x, 0, keepdims=True) / n + eps) ** 0.5
    return x / spread * gamma + beta
