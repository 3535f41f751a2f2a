import numpy as np

from studio.engines.api import GenerateRequest
from studio.engines.lstm_writer_setting import number_of, setting_of
from studio.engines.note_columns import CLASS, DRUMS, N_TRACK
from studio.music.document import Document, KeyChange
from studio.music.pitch import Key
from tests.writers import BEAT, song


def test_keys_count_from_their_tonic_and_third():
    assert number_of(Key(2, "dorian")) == 14
    assert number_of(Key(7, "mixolydian")) == 7


def test_a_new_piece_has_its_styles_players():
    setting = setting_of(GenerateRequest(Document(), 0, 16 * BEAT, style="quartet"))
    assert set(setting.parts) == {CLASS[n] for n in ("Cello", "Viola", "Violin 2", "Violin 1")}
    assert setting.phrasing == 1
    assert (setting.start, setting.end) == (0, 16 * 24)


def test_any_style_is_one_of_them_and_the_seed_decides():
    names = [setting_of(GenerateRequest(Document(), 0, BEAT, seed=s)).mixture.names for s in range(20)]
    assert len(set(names)) > 3
    assert names[4] == setting_of(GenerateRequest(Document(), 0, BEAT, seed=4)).mixture.names


def test_only_what_is_allowed_is_allowed():
    setting = setting_of(GenerateRequest(Document(), 0, BEAT, style="pop", key=Key(2, "minor")))
    for number in range(N_TRACK):
        pitches = np.flatnonzero(setting.allowed[number]) - setting.moved
        assert bool(len(pitches)) == (number in setting.parts)
        assert all(Key(2, "minor").contains(int(p)) for p in pitches)


def test_the_context_is_heard_up_to_the_region():
    setting = setting_of(GenerateRequest(song(), 2 * 4 * BEAT, 4 * BEAT))
    assert len(setting.piece) == 2 * 8
    assert setting.parts[DRUMS].track_id == 2
    assert setting.parts[CLASS["Melody"]].track_id == 1
    assert setting.flat == (True,)


def test_the_songs_key_is_used_where_it_is_written():
    document = Document(keys=(KeyChange(0, Key(9, "major")),))
    assert setting_of(GenerateRequest(document, 0, BEAT, style="folk")).key == 9
