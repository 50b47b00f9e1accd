# caught by: test_how_it_writes
# file: models.py


class GPT:
    def write(self, ids, count, temperature=1.0):
        ids = list(ids)
        with no_grad(), test_mode():
            for _ in range(count):
                scores = self(np.array([ids]))[0, -1] / temperature
                chances = cuda.as_numpy(F.softmax(scores).data).astype(np.float64)
                ids.append(int(rng.choice(len(chances), p=chances / chances.sum())))
        return ids
