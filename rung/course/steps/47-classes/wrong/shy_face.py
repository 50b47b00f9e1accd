# caught by: test_face_has_the_names
# file: __init__.py
# remove: softmax_cross_entropy
