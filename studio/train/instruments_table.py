"""The instruments that are trained: what each one is, and how its notes are to be taken apart and played."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Instrument:
    """One trained sound.

    ``steady``: held by breath, bow or electricity; else it decays by itself. ``stiff``: its partials are stretched.
    ``octave``: where its sound lies against its key. ``modes``: partials at measured ratios, no harmonics.
    ``release_s``: seconds to -60 dB after the key is let go (designed, at 500 Hz; 0: rings on, there is no damper).
    ``louder_db``: its place in the mix at equal velocity. ``lowest``, ``highest``, ``step``: notes made with FluidSynth.
    """

    id: str
    title: str
    program: int
    release_s: float
    steady: bool = False
    stiff: bool = False
    octave: int = 0
    modes: bool = False
    louder_db: float = 0.0
    lowest: int = 0
    highest: int = 0
    step: int = 6


def _i(*args: object, **named: object) -> Instrument:
    return Instrument(*args, **named)  # type: ignore[arg-type]


_RECORDED = [
    _i("piano", "Grand piano", 0, 0.30, stiff=True, louder_db=3),
    _i("epiano_cp80", "Electric grand", 2, 0.25, stiff=True, louder_db=3),
    _i("epiano_wurlitzer", "Wurlitzer", 4, 0.18, louder_db=2),
    _i("epiano_pianet", "Pianet", 5, 0.15, louder_db=2),
    _i("glockenspiel", "Glockenspiel", 9, 0.0, modes=True, louder_db=0),
    _i("guitar_nylon", "Nylon guitar", 24, 0.25, stiff=True, louder_db=3),
    _i("bass_acoustic_pizz", "Double bass, plucked", 32, 0.22, stiff=True, louder_db=3),
    _i("cello", "Cello", 42, 0.30, steady=True),
    _i("contrabass_arco", "Double bass, bowed", 43, 0.35, steady=True),
    _i("sax_soprano", "Soprano sax", 64, 0.14, steady=True),
    _i("sax_alto", "Alto sax", 65, 0.14, steady=True),
    _i("sax_tenor", "Tenor sax", 66, 0.15, steady=True),
    _i("sax_baritone", "Baritone sax", 67, 0.16, steady=True),
    _i("bassoon", "Bassoon", 70, 0.16, steady=True),
    _i("flute", "Flute", 73, 0.16, steady=True),
]
_SYNTH = [
    _i("synth_bass_lately", "Lately bass", 38, 0.12, octave=-1, louder_db=2),
    _i("synth_lead_basslead", "Bass lead", 87, 0.10, steady=True),
    _i("synth_pad_newage", "New age pad", 88, 0.90, steady=True),
]
_SOUNDFONT = [
    _i("vibraphone", "Vibraphone", 11, 0.9, louder_db=2),
    _i("marimba", "Marimba", 12, 0.0, louder_db=2),
    _i("organ_drawbar", "Drawbar organ", 16, 0.07, steady=True, octave=-1),
    _i("organ_church", "Church organ", 19, 0.45, steady=True),
    _i("guitar_steel", "Steel guitar", 25, 0.3, stiff=True, louder_db=3),
    _i("guitar_electric_clean", "Clean guitar", 27, 0.2, stiff=True, louder_db=2),
    _i("bass_electric_finger", "Fingered bass", 33, 0.14, stiff=True, louder_db=3),
    _i("violin", "Violin", 40, 0.25, steady=True),
    _i("harp", "Harp", 46, 2.0, stiff=True, louder_db=3),
    _i("strings_ensemble", "String ensemble", 48, 0.45, steady=True),
    _i("choir_aahs", "Choir", 52, 0.45, steady=True),
    _i("trumpet", "Trumpet", 56, 0.15, steady=True),
    _i("horn_french", "French horn", 60, 0.2, steady=True),
    _i("oboe", "Oboe", 68, 0.14, steady=True),
    _i("clarinet", "Clarinet", 71, 0.14, steady=True),
]
# No notes of these came with the data: they are made with FluidSynth by the recipe's data step.
_MADE = [
    _i("honky_tonk", "Honky-tonk piano", 3, 0.25, stiff=True, louder_db=3, lowest=33, highest=93),
    _i("harpsichord", "Harpsichord", 6, 0.2, stiff=True, louder_db=2, lowest=36, highest=84),
    _i("clavinet", "Clavinet", 7, 0.1, stiff=True, louder_db=2, lowest=36, highest=84),
    _i("celesta", "Celesta", 8, 0.5, louder_db=2, lowest=60, highest=102),
    _i("music_box", "Music box", 10, 0.0, louder_db=1, lowest=60, highest=96),
    _i("xylophone", "Xylophone", 13, 0.0, louder_db=2, lowest=60, highest=102),
    _i("tubular_bells", "Tubular bells", 14, 0.0, modes=True, louder_db=1, lowest=55, highest=79, step=4),
    _i("dulcimer", "Dulcimer", 15, 0.6, stiff=True, louder_db=2, lowest=48, highest=84),
    _i("organ_percussive", "Percussive organ", 17, 0.07, steady=True, octave=-1, lowest=36, highest=90),
    _i("organ_rock", "Rock organ", 18, 0.07, steady=True, octave=-1, lowest=36, highest=90),
    _i("organ_reed", "Reed organ", 20, 0.12, steady=True, lowest=36, highest=84),
    _i("accordion", "Accordion", 21, 0.12, steady=True, lowest=41, highest=89),
    _i("harmonica", "Harmonica", 22, 0.12, steady=True, lowest=55, highest=91),
    _i("guitar_jazz", "Jazz guitar", 26, 0.2, stiff=True, louder_db=3, lowest=40, highest=82),
    _i("guitar_muted", "Muted guitar", 28, 0.15, stiff=True, louder_db=3, lowest=40, highest=82),
    _i("guitar_overdriven", "Overdriven guitar", 29, 0.15, steady=True, lowest=40, highest=82),
    _i("guitar_distortion", "Distortion guitar", 30, 0.15, steady=True, lowest=40, highest=82),
    _i("bass_picked", "Picked bass", 34, 0.14, stiff=True, louder_db=3, lowest=28, highest=60),
    _i("bass_fretless", "Fretless bass", 35, 0.16, louder_db=2, lowest=28, highest=60),
    _i("bass_slap", "Slap bass", 36, 0.14, stiff=True, louder_db=3, lowest=28, highest=60),
    _i("viola", "Viola", 41, 0.25, steady=True, lowest=48, highest=88, step=5),
    _i("strings_tremolo", "Tremolo strings", 44, 0.35, steady=True, lowest=36, highest=90),
    _i("pizzicato", "Pizzicato strings", 45, 0.3, louder_db=3, lowest=36, highest=90),
    _i("timpani", "Timpani", 47, 0.0, modes=True, louder_db=2, lowest=36, highest=60, step=4),
    _i("synth_strings", "Synth strings", 50, 0.5, steady=True, lowest=36, highest=90),
    _i("voice_oohs", "Voice oohs", 53, 0.35, steady=True, lowest=43, highest=84),
    _i("synth_voice", "Synth voice", 54, 0.35, steady=True, lowest=43, highest=84),
    _i("orchestra_hit", "Orchestra hit", 55, 0.3, louder_db=2, lowest=48, highest=72),
    _i("trombone", "Trombone", 57, 0.16, steady=True, lowest=36, highest=74, step=5),
    _i("tuba", "Tuba", 58, 0.18, steady=True, lowest=28, highest=60, step=5),
    _i("trumpet_muted", "Muted trumpet", 59, 0.14, steady=True, lowest=54, highest=84, step=5),
    _i("brass_section", "Brass section", 61, 0.2, steady=True, lowest=43, highest=82),
    _i("synth_brass", "Synth brass", 62, 0.25, steady=True, lowest=36, highest=84),
    _i("english_horn", "English horn", 69, 0.14, steady=True, lowest=52, highest=82, step=5),
    _i("piccolo", "Piccolo", 72, 0.12, steady=True, lowest=74, highest=104, step=5),
    _i("recorder", "Recorder", 74, 0.12, steady=True, lowest=60, highest=92),
    _i("pan_flute", "Pan flute", 75, 0.2, steady=True, lowest=55, highest=91),
    _i("shakuhachi", "Shakuhachi", 77, 0.2, steady=True, lowest=55, highest=85),
    _i("whistle", "Whistle", 78, 0.14, steady=True, lowest=60, highest=96),
    _i("ocarina", "Ocarina", 79, 0.14, steady=True, lowest=57, highest=91),
    _i("lead_square", "Square lead", 80, 0.1, steady=True, lowest=36, highest=90),
    _i("lead_saw", "Saw lead", 81, 0.1, steady=True, lowest=36, highest=90),
    _i("pad_warm", "Warm pad", 89, 0.8, steady=True, lowest=36, highest=90),
    _i("pad_polysynth", "Polysynth pad", 90, 0.6, steady=True, lowest=36, highest=90),
    _i("pad_bowed", "Bowed pad", 92, 0.8, steady=True, lowest=36, highest=90),
    _i("pad_halo", "Halo pad", 94, 0.8, steady=True, lowest=36, highest=90),
    _i("fx_crystal", "Crystal", 98, 0.8, louder_db=1, lowest=48, highest=96),
    _i("fx_atmosphere", "Atmosphere", 99, 0.6, louder_db=1, lowest=36, highest=90),
    _i("fx_brightness", "Brightness", 100, 0.5, steady=True, lowest=36, highest=90),
    _i("sitar", "Sitar", 104, 0.4, stiff=True, louder_db=2, lowest=43, highest=79),
    _i("banjo", "Banjo", 105, 0.25, stiff=True, louder_db=3, lowest=48, highest=84),
    _i("shamisen", "Shamisen", 106, 0.25, stiff=True, louder_db=3, lowest=48, highest=84),
    _i("koto", "Koto", 107, 0.5, stiff=True, louder_db=3, lowest=43, highest=84),
    _i("kalimba", "Kalimba", 108, 0.0, louder_db=2, lowest=53, highest=89),
    _i("bagpipe", "Bagpipe", 109, 0.1, steady=True, lowest=55, highest=82),
    _i("shanai", "Shanai", 111, 0.12, steady=True, lowest=55, highest=85),
    _i("tinkle_bell", "Tinkle bell", 112, 0.0, modes=True, lowest=60, highest=90, step=5),
    _i("agogo", "Agogo", 113, 0.0, modes=True, lowest=55, highest=85, step=5),
    _i("steel_drums", "Steel drums", 114, 0.0, modes=True, louder_db=1, lowest=52, highest=82, step=5),
    _i("seashore", "Seashore", 122, 0.8, steady=True, lowest=48, highest=72),
    _i("applause", "Applause", 126, 0.5, steady=True, lowest=48, highest=72),
    _i("woodblock", "Woodblock", 115, 0.0, modes=True, louder_db=1, lowest=50, highest=80, step=5),
    _i("piano_bright", "Bright piano", 1, 0.3, stiff=True, louder_db=3, lowest=27, highest=99),
    _i("accordion_tango", "Tango accordion", 23, 0.12, steady=True, lowest=41, highest=89),
    _i("guitar_harmonics", "Guitar harmonics", 31, 0.3, louder_db=2, lowest=40, highest=82),
    _i("bass_slap_2", "Slap bass 2", 37, 0.14, stiff=True, louder_db=3, lowest=28, highest=60),
    _i("synth_bass_2", "Synth bass 2", 39, 0.12, louder_db=2, lowest=28, highest=60),
    _i("strings_slow", "Slow strings", 49, 0.6, steady=True, lowest=36, highest=96),
    _i("synth_strings_2", "Synth strings 2", 51, 0.6, steady=True, lowest=36, highest=90),
    _i("synth_brass_2", "Synth brass 2", 63, 0.25, steady=True, lowest=36, highest=84),
    _i("blown_bottle", "Blown bottle", 76, 0.2, steady=True, lowest=55, highest=91),
    _i("lead_calliope", "Calliope lead", 82, 0.12, steady=True, lowest=48, highest=90),
    _i("lead_chiff", "Chiff lead", 83, 0.12, steady=True, lowest=48, highest=90),
    _i("lead_charang", "Charang lead", 84, 0.12, steady=True, lowest=36, highest=90),
    _i("lead_voice", "Voice lead", 85, 0.25, steady=True, lowest=43, highest=84),
    _i("lead_fifths", "Fifths lead", 86, 0.12, steady=True, lowest=36, highest=84),
    _i("pad_choir", "Choir pad", 91, 0.8, steady=True, lowest=43, highest=84),
    _i("pad_metallic", "Metallic pad", 93, 0.8, steady=True, lowest=36, highest=90),
    _i("pad_sweep", "Sweep pad", 95, 0.8, steady=True, lowest=36, highest=90),
    _i("fx_rain", "Rain", 96, 0.8, louder_db=1, lowest=48, highest=96),
    _i("fx_soundtrack", "Soundtrack", 97, 0.8, steady=True, lowest=36, highest=90),
    _i("fx_goblins", "Goblins", 101, 0.8, steady=True, louder_db=1, lowest=36, highest=90),
    _i("fx_echoes", "Echoes", 102, 0.6, louder_db=1, lowest=36, highest=90),
    _i("fx_sci_fi", "Sci-fi", 103, 0.8, steady=True, lowest=36, highest=90),
    _i("fiddle", "Fiddle", 110, 0.2, steady=True, lowest=55, highest=95),
    _i("taiko", "Taiko", 116, 0.0, modes=True, louder_db=3, lowest=36, highest=66, step=5),
    _i("tom_melodic", "Melodic tom", 117, 0.0, modes=True, louder_db=2, lowest=36, highest=72),
    _i("drum_synth", "Synth drum", 118, 0.0, modes=True, louder_db=2, lowest=36, highest=72),
    _i("cymbal_reverse", "Reverse cymbal", 119, 0.1, lowest=48, highest=72),
    _i("fret_noise", "Fret noise", 120, 0.1, lowest=48, highest=72),
    _i("breath_noise", "Breath noise", 121, 0.1, lowest=48, highest=72),
    _i("bird_tweet", "Bird tweet", 123, 0.1, lowest=48, highest=84),
    _i("telephone", "Telephone ring", 124, 0.1, lowest=48, highest=84),
    _i("helicopter", "Helicopter", 125, 0.4, steady=True, lowest=48, highest=72),
    _i("gunshot", "Gunshot", 127, 0.0, louder_db=3, lowest=48, highest=72),
]
_PIECES = {
    "kick": ("Bass drum", 10.0), "snare": ("Snare", 2.0), "snare_rest": ("Side stick", 4.0),
    "hihat_closed": ("Closed hi-hat", -6.0), "hihat_open": ("Open hi-hat", -4.0), "tom3": ("Tom", 1.0),
    "tom_floor": ("Floor tom", 1.0),
    "crash_l": ("Crash cymbal", 0.0), "china": ("China cymbal", 0.0),
    "ride": ("Ride cymbal", -6.0), "ride_bell": ("Ride bell", -5.0),
}  # fmt: skip
_DRUMS = [_i(f"drums_{name}", title, -1, 0.0, modes=True, louder_db=louder) for name, (title, louder) in _PIECES.items()]
# Pieces that the recorded kit has not: by key of the GM drum map, made with FluidSynth.
_MADE_PIECES = {
    39: ("clap", "Hand clap", 0.0), 44: ("hihat_pedal", "Pedal hi-hat", -6.0), 54: ("tambourine", "Tambourine", -4.0),
    55: ("splash", "Splash cymbal", -1.0), 56: ("cowbell", "Cowbell", -4.0), 58: ("vibraslap", "Vibraslap", -4.0),
    60: ("bongo_high", "High bongo", -1.0), 61: ("bongo_low", "Low bongo", -1.0), 62: ("conga_muted", "Muted conga", -1.0),
    63: ("conga_high", "High conga", 0.0), 64: ("conga_low", "Low conga", 0.0), 65: ("timbale", "Timbale", -1.0),
    67: ("agogo", "Agogo", -4.0), 69: ("cabasa", "Cabasa", -6.0), 70: ("maracas", "Maracas", -6.0),
    71: ("whistle_short", "Short whistle", -6.0), 72: ("whistle_long", "Long whistle", -6.0),
    73: ("guiro_short", "Short guiro", -5.0), 74: ("guiro_long", "Long guiro", -5.0), 75: ("claves", "Claves", -4.0),
    76: ("woodblock", "Woodblock", -4.0), 78: ("cuica_muted", "Muted cuica", -4.0), 79: ("cuica_open", "Open cuica", -4.0),
    80: ("triangle_muted", "Muted triangle", -8.0), 81: ("triangle", "Triangle", -8.0),
}  # fmt: skip
_MADE_DRUMS = [
    _i(f"drums_{name}", title, -1, 0.0, modes=True, louder_db=louder, lowest=key, highest=key)
    for key, (name, title, louder) in _MADE_PIECES.items()
]

INSTRUMENTS: dict[str, Instrument] = {i.id: i for i in (*_RECORDED, *_SYNTH, *_SOUNDFONT, *_MADE, *_DRUMS, *_MADE_DRUMS)}
MADE: tuple[Instrument, ...] = (*_MADE, *_MADE_DRUMS)
RECORDED: tuple[str, ...] = tuple(i.id for i in _RECORDED)
DRUMS: tuple[str, ...] = tuple(i.id for i in (*_DRUMS, *_MADE_DRUMS))

CREDITS: dict[str, str] = {
    "smpldsnds/sfzinstruments-dsmolken-double-bass": "D. Smolken",
    "sfzinstruments/EthanWiner.Soundfonts": "Ethan Winer (public domain per the sfzinstruments catalogue only)",
    "sfzinstruments/DrumGizmo.MuldjordKit": "Lars Muldjord / DrumGizmo, SFZ by kinwie",
    "sfzinstruments/GregSullivan.E-Pianos": "Greg Sullivan",
    "sfzinstruments/Ixox.Flute": "Xavier Hosxe, SFZ by kinwie",
    "sfzinstruments/MTG.SoloSax": "Music Technology Group (MTG), SFZ by kinwie",
    "sfzinstruments/SplendidGrandPiano": "Splendid Grand Piano (Akai, public domain)",
    "freepats/spanish-classical-guitar": "FreePats project",
    "freepats/lately-bass": "FreePats project",
    "freepats/synth-bass-lead": "FreePats project",
    "freepats/new-age": "FreePats project",
    "Debian fluid-soundfont-gm 3.1-5.3 (FluidR3_GM.sf2)": "Frank Wen and others",
    "Debian musescore-general-soundfont 0.2.1-1 (MuseScore_General_Full.sf3)": (
        "S. Christian Collins, Frank Wen and others; strings from VSCO 2 CE (CC0)"
    ),
}
