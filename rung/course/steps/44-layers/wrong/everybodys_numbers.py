# caught by: test_numpys_seed_is_left_alone
# file: random.py
rng = np.random.mtrand._rand


def seed(number):
    np.random.seed(number)
