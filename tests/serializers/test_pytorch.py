"""Files of PyTorch are read without PyTorch, and nothing in them is called."""

import base64
import io
import pickle
import zlib

import numpy as np
import pytest

from rung.errors import UnverifiedWarning, WeightFileError
from rung.serializers import load_arrays
from rung.serializers.arrays import read
from rung.serializers.pytorch import interpret

# torch.save({"model": {"weight": [[1, 2, 3]], "n": 7, "half": bfloat16 [1.5], "tied": weight, "turned": weight.T},
#             "epoch": 3}), by version 2.13, today's format and that of before 2020
TODAY = (
    "eNqlVTtv00Acv8SNk5qQtOVRWqC8IZUgdRI3D2hJscAMRiINAkVdItdxYwvXzjmXViBVqoRaqRIzIysDEyysfAUYmLoxABMrEgPc2Y1ru0oD7S"
    "nOydb9Hnf/x1VEagCAWAzsGUNgBEiWrGorylRDQlK69VQX+ARY8I318BoEqVoEA5bNhqLD0BoMp2o0fl9VtKaKICUjE9Ok6x2k6W2mbimLHU1v"
    "1JFitE2rvpJl4EAqVYtiRBuvlJoKjDgQRtBNCT1yPjKQroXwGhZGaxSe5VYHxkQKwcF5EYghkdqEjEiJoU14ZEuWTV1XZKSZRpt5aDUUS2nc1W"
    "TEwPhkFR5FMFGFSZvNgEMqVle7ig9Mo+kKDttLMnBEjYkhBI9hocnJLZVwHEfwRBWerOGzA6qkL8FRHw1vO8/kXapTNlUWjjlU47bnDXia/J1x"
    "KM8iOFGF52xKpCkNeF5N2ueIOpaBXy84CiqtRlV74xcJib3jS87+LztEVxC8WoXXOnZQlJYpqzAlUp10RYzGjBl96i22Qp5Kz9CP4uB3Q59eMq"
    "1lCdVXFKuNz1Pg474MyBDWDz+3X5D9kac36zgo7LLuhLou6VrTWFYMJPC5QGr908hzxEB5Ff4IY4nwvgaGQdk1sPgMKSbJDIG/dRDd7tA1hHSF"
    "eNiY/TpGwkXv6yEBbvuqaooV+JuHMADAehnTzuHfHHHx7lXifRx/iPdxUfS7yAg8dyAX0R1Got368s0kYrE+2jN+7azAFw98Ah/LRPnl93sz/e"
    "OfBHdcZTedZw8T/YWFHEP0P71uPu6vPwGyuwVgb72tWBqugOcSaVV1rSHw6f+0wxa5ElcsFrlCKT/NcsVCbppluVK2UODYEpvn2FymUCyUWOLy"
    "j/WGTmEfKdtliJh1fXobw9Ae58F7IIj2NoBRH/J3CPRqJUESbxGP+0jmw2CfzhHk8RbisI/ns4fHbQBBuLeCEj74EwoEajeI9VaAH7sdxGaCWG"
    "8O+7HkSvBXTBDrzb+kf8sebI9z96bFhA9cjYA+CVsRafp6N72pGy5yMDDfDzvzr0i3XdB25yjveHBujgjtYAbt9c7av7+M5nk="
)  # fmt: skip
OLD = (
    "eNptkdtu00AQhmM7h2LogTPlWFoOzk2kpHXiXLVCqDfL0dzsDbKCvWQXGW/GHheBFCk3VJRn4AF4DF6HR0DigrGdFIFiWWPNePb/dv6ZmV/t+P"
    "e3w19b776/2OzMzKc/LYpTqDl8o1arTVKNOtRxcCTSTOkEDGrgq/QnVoixCEQSqVEC5hduUxE/TkSQqU8iA2sKdYc3qJhJnSI0mMktylSC0GR1"
    "Xi80dDKGFqvn+YJZ9L/XkYjBmILp8CblH4QaSwQrRJ2GshPkqOLMDlLxJldxFKBIMp0GRz2bgA5vFUTqHI0FNKoj9mGsR/iqKtrQ5GvUM9xzu7"
    "sD1xsOht2+B63ycuEkhxVmPUM485LVmMGsY7CZxYxjOHsSkg+xCJFsyOznaSRSET1WIdpwru3DKsKaD+vcIJkENiTdRS74T2jOU/z5v3hvz3V3"
    "e163DxfkCjMIe5Gw7faJLBQvIVz24UrplBzFb+HqP6KPyqm6/VPha/8Ju96gB5tz4evlPJ/hRhFuVoBbCLd9uFMCUIkItuR66TjmaULp3Yonlx"
    "q2LSujdgrh0qF7lV/3K/EHCA99cPJypWKiQwltZhWLfl0seomiscwYc9lQlugU26qe2T6FA3oPjHmlNf8u8h/7fwC4HbvQ"
)  # fmt: skip
FILES = [zlib.decompress(base64.b64decode(text)) for text in (TODAY, OLD)]


@pytest.mark.parametrize("data", FILES, ids=["today", "old"])
def test_tensors_in_dicts_are_read_and_the_rest_is_left_out(data, tmp_path):
    (tmp_path / "model.pt").write_bytes(data)
    with pytest.warns(UnverifiedWarning):
        arrays = load_arrays(tmp_path / "model.pt")
    assert list(arrays) == ["model.weight", "model.n", "model.half", "model.tied", "model.turned"]
    assert arrays["model.weight"].tolist() == arrays["model.tied"].tolist() == [[1.0, 2.0, 3.0]]
    assert arrays["model.turned"].tolist() == [[1.0], [2.0], [3.0]]
    assert (arrays["model.n"].tolist(), arrays["model.n"].dtype) == (7, np.int64)
    assert (arrays["model.half"].tolist(), arrays["model.half"].dtype) == ([1.5], np.float32)
    assert np.shares_memory(arrays["model.weight"], arrays["model.turned"])


@pytest.mark.parametrize("data", FILES, ids=["today", "old"])
def test_every_truncation_is_refused(data):
    for size in range(len(data)):
        with pytest.raises(WeightFileError):
            read(io.BytesIO(data[:size]), "a file")


@pytest.mark.parametrize(("old", "new", "words"), [
    (b"_rebuild_tensor_v2", b"_rebuild_tensor_v9", "asks for torch._utils._rebuild_tensor_v9"),
    (b"torch._utils\n_rebuild_tensor_v2", b"subprocess00\ncheck_output000000", "asks for subprocess00.check_output"),
    (b"FloatStorage", b"FloatStorrge", "asks for torch.FloatStorrge"),
    (b"K\x01K\x03\x86", b"K\x01K\x04\x86", "claims a shape for 'model.weight'"),
])  # fmt: skip
def test_what_no_weights_need_is_refused(old, new, words):
    assert len(old) == len(new)
    assert old in FILES[1]
    with pytest.raises(WeightFileError, match=words):
        read(io.BytesIO(FILES[1].replace(old, new, 1)), "a file")


class Exploding:
    def __reduce__(self):
        return print, ("a pickle was run",)


@pytest.mark.parametrize("protocol", range(2, 6))
@pytest.mark.parametrize("value", [Exploding(), [Exploding()], {"a": Exploding()}, np.float32(1), {1, 2}, object])
def test_nothing_is_ever_called(value, protocol, capsys):
    with pytest.raises(WeightFileError, match="which no weights need"):
        interpret(io.BytesIO(pickle.dumps(value, protocol)))
    assert capsys.readouterr().out == ""


def test_plain_values_are_what_pickle_says():
    value = {"a": [1, 2.5, True, None, "text", -(2**40)], "b": {"c": (1, (2, 3, 4), ())}, "": []}
    value["again"] = value["b"]
    for protocol in range(2, 6):
        assert interpret(io.BytesIO(pickle.dumps(value, protocol))) == value


def test_a_dict_within_itself_is_refused():
    value = {}
    value["a"] = value
    data = FILES[1][: FILES[1].index(b".") + 1]  # the magic number
    data += b"".join(pickle.dumps(part, 2) for part in (1001, {}, value, []))
    with pytest.raises(WeightFileError, match="nested too deeply"):
        read(io.BytesIO(data), "a file")


@pytest.mark.parametrize("zipped", [True, False])
def test_what_pytorch_saves_today_is_read(zipped, tmp_path):
    torch = pytest.importorskip("torch")
    model = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4), torch.nn.Linear(4, 2).double())
    optimizer = torch.optim.Adam(model.parameters())
    state = {"model": model.state_dict(), "parameter": torch.nn.Parameter(torch.randn(2, 3).T),
             "epoch": 3, "optimizer": optimizer.state_dict(), "empty": torch.empty(0, 3),
             "flags": torch.tensor([True, False])}  # fmt: skip
    torch.save(state, tmp_path / "model.pth", _use_new_zipfile_serialization=zipped)
    with pytest.warns(UnverifiedWarning):
        arrays = load_arrays(tmp_path / "model.pth")
    expected = {f"model.{name}": tensor for name, tensor in model.state_dict().items()}
    expected |= {name: state[name].detach() for name in ("parameter", "empty", "flags")}
    assert arrays.keys() == expected.keys()
    for name, tensor in expected.items():
        np.testing.assert_array_equal(arrays[name], tensor.numpy())
        assert arrays[name].dtype == tensor.numpy().dtype
