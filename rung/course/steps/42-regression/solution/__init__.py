from .functions import mean_squared_error
