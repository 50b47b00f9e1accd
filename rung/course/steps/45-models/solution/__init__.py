from . import models
from .models import Model
