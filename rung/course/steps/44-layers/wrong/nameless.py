# caught by: test_parameter
class Parameter(Variable):
    def __init__(self, data):
        super().__init__(data)
