"""Changes of images and arrays on their way into a model. `import rung.transforms as T`."""
