"""Pictures: of a training run, and of what a model has learned. Each part is imported only when it is asked for."""
