# caught by: test_block
# file: models.py


class Block:
    def forward(self, x):
        x = self.attention(self.norm1(x))
        return self.down(F.relu(self.up(self.norm2(x))))
