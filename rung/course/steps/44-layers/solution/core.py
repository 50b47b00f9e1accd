# after: Variable


class Parameter(Variable):
    """A Variable that is there to be learned."""
