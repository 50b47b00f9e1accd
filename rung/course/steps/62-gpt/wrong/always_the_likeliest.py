# caught by: test_how_it_draws
# file: models.py


class GPT:
    def write(self, ids, count, temperature=1.0):
        ids = list(ids)
        with no_grad(), test_mode():
            for _ in range(count):
                scores = self(np.array([ids[-self.length :]]))[0, -1] / temperature
                ids.append(int(scores.data.argmax()))
        return ids
