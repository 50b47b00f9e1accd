# remove: Square
# remove: Exp
# remove: square
# remove: exp
# remove: numerical_diff
# remove: gradient_check
