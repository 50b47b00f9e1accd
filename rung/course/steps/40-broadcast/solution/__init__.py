from .functions import sum_to
