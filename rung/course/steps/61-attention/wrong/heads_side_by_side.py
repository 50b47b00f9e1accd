# caught by: test_self_attention
# file: layers.py


class SelfAttention:
    def forward(self, x):
        N, T, D = x.shape
        parts = self.qkv(x).reshape(N, T, 3, self.num_heads, D // self.num_heads)
        q, k, v = [parts[:, :, i].transpose(0, 2, 1, 3) for i in range(3)]
        y = F.attention(q, k, v, causal=True)
        return self.out(y.reshape(N, T, D))
