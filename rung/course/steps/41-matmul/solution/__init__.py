from .functions import MatMul, matmul
