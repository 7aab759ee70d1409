"""The vault: what it keeps opens in its own place alone."""

import pytest

from registry.adapters.vault import KeyRing
from registry.kernel.errors import Unavailable

OLD, NEW, INDEX = bytes(range(32)), bytes(range(32, 64)), bytes(range(64, 96))
NUMBER = "110101199003074578"
HERE = "person/identity/7b2c"


@pytest.fixture
def vault() -> KeyRing:
    return KeyRing({"1": OLD}, INDEX)


def test_what_is_sealed_opens_in_its_own_place(vault: KeyRing) -> None:
    assert vault.open(vault.seal("欧阳镕喆 " + NUMBER, HERE), HERE) == "欧阳镕喆 " + NUMBER


def test_a_ciphertext_moved_to_another_row_does_not_open(vault: KeyRing) -> None:
    with pytest.raises(Unavailable, match="不属于这一行"):
        vault.open(vault.seal(NUMBER, HERE), "person/identity/9f01")


@pytest.mark.parametrize("place", range(0, 48, 3))
def test_a_ciphertext_with_one_bit_changed_does_not_open(vault: KeyRing, place: int) -> None:
    sealed = bytearray(vault.seal(NUMBER, HERE))
    sealed[place % len(sealed)] ^= 1
    with pytest.raises(Unavailable):
        vault.open(bytes(sealed), HERE)


@pytest.mark.parametrize("length", [0, 1, 2, 3, 14, 15, 30])
def test_a_ciphertext_cut_short_does_not_open(vault: KeyRing, length: int) -> None:
    with pytest.raises(Unavailable):
        vault.open(vault.seal(NUMBER, HERE)[:length], HERE)


def test_the_same_text_never_looks_the_same_twice_and_is_nowhere_to_be_read(vault: KeyRing) -> None:
    first, second = vault.seal(NUMBER, HERE), vault.seal(NUMBER, HERE)
    assert first != second
    assert NUMBER.encode() not in first


def test_a_value_whose_key_is_gone_says_which_key_is_missing(vault: KeyRing) -> None:
    with pytest.raises(Unavailable, match="“1”不在密钥环中"):
        KeyRing({"2": NEW}, INDEX).open(vault.seal(NUMBER, HERE), HERE)


def test_after_a_new_key_old_values_open_and_new_ones_are_sealed_with_it(vault: KeyRing) -> None:
    rotated = KeyRing({"1": OLD, "2": NEW}, INDEX)
    old = vault.seal(NUMBER, HERE)
    assert rotated.open(old, HERE) == NUMBER
    assert KeyRing({"2": NEW}, INDEX).open(rotated.seal(NUMBER, HERE), HERE) == NUMBER


def test_a_resealed_value_needs_the_old_key_no_more(vault: KeyRing) -> None:
    rotated = KeyRing({"1": OLD, "2": NEW}, INDEX)
    resealed = rotated.reseal(vault.seal(NUMBER, HERE), HERE)
    assert KeyRing({"2": NEW}, INDEX).open(resealed, HERE) == NUMBER
    assert rotated.reseal(resealed, HERE) == resealed


def test_a_key_under_another_name_does_not_open_what_it_did_not_seal(vault: KeyRing) -> None:
    with pytest.raises(Unavailable):
        KeyRing({"1": NEW}, INDEX).open(vault.seal(NUMBER, HERE), HERE)


def test_the_blind_index_is_stable_and_outlives_a_rotation(vault: KeyRing) -> None:
    rotated = KeyRing({"1": OLD, "2": NEW}, INDEX)
    assert vault.index("person/identity", NUMBER) == rotated.index("person/identity", NUMBER)
    assert len(vault.index("person/identity", NUMBER)) == 32


def test_the_blind_index_tells_nothing_without_its_key_nor_across_columns(vault: KeyRing) -> None:
    seen = {
        vault.index("person/identity", NUMBER),
        vault.index("account/login", NUMBER),
        vault.index("person/identity", NUMBER[:-1] + "9"),
        KeyRing({"1": OLD}, NEW).index("person/identity", NUMBER),
    }
    assert len(seen) == 4
