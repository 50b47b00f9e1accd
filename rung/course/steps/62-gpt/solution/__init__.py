from .models import GPT
