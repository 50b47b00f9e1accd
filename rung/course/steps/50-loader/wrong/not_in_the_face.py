# caught by: test_in_the_face
# file: __init__.py
# remove: DataLoader
