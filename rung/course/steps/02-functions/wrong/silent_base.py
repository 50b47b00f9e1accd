# caught by: test_no_forward


class Function:
    def forward(self, x):
        pass
