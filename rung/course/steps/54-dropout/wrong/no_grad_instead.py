# caught by: test_a_switch_for_use


def test_mode():
    return using_config("enable_backprop", False)
