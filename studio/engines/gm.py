"""General MIDI: names of programs and drum keys, families, and which trained sound stands for each."""

from typing import NamedTuple

FAMILIES = (
    "Piano", "Chromatic percussion", "Organ", "Guitar", "Bass", "Strings", "Ensemble", "Brass",
    "Reed", "Pipe", "Synth lead", "Synth pad", "Synth effects", "World", "Percussive", "Sound effects",
)  # fmt: skip

PROGRAMS = (
    "Acoustic grand piano", "Bright acoustic piano", "Electric grand piano", "Honky-tonk piano",
    "Electric piano 1", "Electric piano 2", "Harpsichord", "Clavinet",
    "Celesta", "Glockenspiel", "Music box", "Vibraphone", "Marimba", "Xylophone", "Tubular bells", "Dulcimer",
    "Drawbar organ", "Percussive organ", "Rock organ", "Church organ", "Reed organ", "Accordion", "Harmonica", "Tango accordion",
    "Nylon guitar", "Steel guitar", "Jazz guitar", "Clean electric guitar",
    "Muted guitar", "Overdriven guitar", "Distortion guitar", "Guitar harmonics",
    "Acoustic bass", "Fingered bass", "Picked bass", "Fretless bass",
    "Slap bass 1", "Slap bass 2", "Synth bass 1", "Synth bass 2",
    "Violin", "Viola", "Cello", "Contrabass", "Tremolo strings", "Pizzicato strings", "Harp", "Timpani",
    "String ensemble 1", "String ensemble 2", "Synth strings 1", "Synth strings 2",
    "Choir aahs", "Voice oohs", "Synth voice", "Orchestra hit",
    "Trumpet", "Trombone", "Tuba", "Muted trumpet", "French horn", "Brass section", "Synth brass 1", "Synth brass 2",
    "Soprano sax", "Alto sax", "Tenor sax", "Baritone sax", "Oboe", "English horn", "Bassoon", "Clarinet",
    "Piccolo", "Flute", "Recorder", "Pan flute", "Blown bottle", "Shakuhachi", "Whistle", "Ocarina",
    "Square lead", "Saw lead", "Calliope lead", "Chiff lead", "Charang lead", "Voice lead", "Fifths lead", "Bass and lead",
    "New age pad", "Warm pad", "Polysynth pad", "Choir pad", "Bowed pad", "Metallic pad", "Halo pad", "Sweep pad",
    "Rain", "Soundtrack", "Crystal", "Atmosphere", "Brightness", "Goblins", "Echoes", "Sci-fi",
    "Sitar", "Banjo", "Shamisen", "Koto", "Kalimba", "Bagpipe", "Fiddle", "Shanai",
    "Tinkle bell", "Agogo", "Steel drums", "Woodblock", "Taiko", "Melodic tom", "Synth drum", "Reverse cymbal",
    "Fret noise", "Breath noise", "Seashore", "Bird tweet", "Telephone ring", "Helicopter", "Applause", "Gunshot",
)  # fmt: skip

# Nearest trained sounds of each program, best first; the first one that a model has is taken. A program that is not
# listed, or none of whose sounds a model has, goes to the nearest program of its family that has one, then to FALLBACK.
_ALIKE: dict[int, tuple[str, ...]] = {
    1: ("piano_bright", "piano"),
    3: ("honky_tonk", "piano"),
    5: ("epiano_pianet", "epiano_wurlitzer"),
    6: ("harpsichord", "guitar_steel"),
    7: ("clavinet", "guitar_steel"),
    8: ("celesta", "vibraphone"),
    10: ("music_box", "glockenspiel"),
    13: ("xylophone", "marimba"),
    14: ("tubular_bells", "vibraphone"),
    15: ("dulcimer", "guitar_steel"),
    17: ("organ_percussive", "organ_drawbar"),
    18: ("organ_rock", "organ_drawbar"),
    20: ("organ_reed", "accordion", "oboe"),
    21: ("accordion", "oboe"),
    22: ("harmonica", "accordion", "oboe"),
    23: ("accordion_tango", "accordion", "oboe"),
    26: ("guitar_jazz", "guitar_electric_clean"),
    28: ("guitar_muted", "guitar_electric_clean"),
    29: ("guitar_overdriven", "guitar_electric_clean"),
    30: ("guitar_distortion", "guitar_overdriven", "guitar_electric_clean"),
    31: ("guitar_harmonics", "guitar_electric_clean"),
    34: ("bass_picked", "bass_electric_finger"),
    35: ("bass_fretless", "bass_electric_finger"),
    36: ("bass_slap", "bass_electric_finger"),
    37: ("bass_slap_2", "bass_slap", "bass_electric_finger"),
    38: ("synth_bass_lately",),
    39: ("synth_bass_2", "synth_bass_lately"),
    41: ("viola", "violin"),
    44: ("strings_tremolo", "strings_ensemble"),
    45: ("pizzicato", "harp"),
    47: ("timpani", "drums_tom_floor"),
    49: ("strings_slow", "strings_ensemble"),
    50: ("synth_strings", "strings_ensemble"),
    51: ("synth_strings_2", "synth_strings", "strings_ensemble"),
    53: ("voice_oohs", "choir_aahs"),
    54: ("synth_voice", "choir_aahs"),
    55: ("orchestra_hit", "strings_ensemble"),
    57: ("trombone", "horn_french"),
    58: ("tuba", "horn_french"),
    59: ("trumpet_muted", "trumpet"),
    61: ("brass_section", "trumpet"),
    62: ("synth_brass", "brass_section", "trumpet"),
    63: ("synth_brass_2", "synth_brass", "brass_section", "horn_french"),
    69: ("english_horn", "oboe"),
    72: ("piccolo", "flute"),
    74: ("recorder", "flute"),
    75: ("pan_flute", "flute"),
    76: ("blown_bottle", "pan_flute", "flute"),
    77: ("shakuhachi", "pan_flute", "flute"),
    78: ("whistle", "recorder", "flute"),
    79: ("ocarina", "recorder", "flute"),
    80: ("lead_square", "synth_lead_basslead"),
    81: ("lead_saw", "synth_lead_basslead"),
    82: ("lead_calliope", "pan_flute", "flute"),
    83: ("lead_chiff", "lead_saw", "synth_lead_basslead"),
    84: ("lead_charang", "guitar_distortion", "synth_lead_basslead"),
    85: ("lead_voice", "synth_voice", "choir_aahs"),
    86: ("lead_fifths", "lead_saw", "synth_lead_basslead"),
    89: ("pad_warm", "synth_pad_newage"),
    90: ("pad_polysynth", "synth_pad_newage"),
    91: ("pad_choir", "choir_aahs"),
    92: ("pad_bowed", "synth_pad_newage"),
    93: ("pad_metallic", "synth_pad_newage"),
    94: ("pad_halo", "choir_aahs"),
    95: ("pad_sweep", "pad_warm", "synth_pad_newage"),
    96: ("fx_rain", "fx_crystal", "synth_pad_newage"),
    97: ("fx_soundtrack", "pad_warm", "synth_pad_newage"),
    98: ("fx_crystal", "glockenspiel"),
    99: ("fx_atmosphere", "guitar_nylon"),
    100: ("fx_brightness", "synth_pad_newage"),
    101: ("fx_goblins", "pad_halo", "choir_aahs"),
    102: ("fx_echoes", "fx_atmosphere", "synth_pad_newage"),
    103: ("fx_sci_fi", "pad_warm", "synth_pad_newage"),
    104: ("sitar", "guitar_steel"),
    105: ("banjo", "guitar_steel"),
    106: ("shamisen", "banjo", "guitar_nylon"),
    107: ("koto", "harp"),
    108: ("kalimba", "marimba"),
    109: ("bagpipe", "oboe"),
    110: ("fiddle", "violin"),
    111: ("shanai", "oboe"),
    112: ("tinkle_bell", "glockenspiel"),
    113: ("agogo", "glockenspiel"),
    114: ("steel_drums", "vibraphone"),
    115: ("woodblock", "marimba"),
    116: ("taiko", "drums_tom_floor"),
    117: ("tom_melodic", "drums_tom3"),
    118: ("drum_synth", "drums_tom3"),
    119: ("cymbal_reverse", "drums_china"),
    120: ("fret_noise", "drums_hihat_closed"),
    121: ("breath_noise", "shakuhachi", "drums_hihat_open"),
    122: ("seashore", "drums_crash_l"),
    123: ("bird_tweet", "whistle", "flute"),
    124: ("telephone", "music_box", "glockenspiel"),
    125: ("helicopter", "applause", "drums_ride"),
    126: ("applause", "drums_crash_l"),
    127: ("gunshot", "drums_snare"),
}
FALLBACK = "piano"

# Lowest and highest sounding pitch that each program can play, from the program named on: those of acoustic instruments are the
# sounding ranges of Abjad 3.19 (Baca, Oberholtzer, Trevino, Adan: `abjad.instruments`), in round names of pitch beside them; a
# guitar reaches 24 frets (E6). What is not among them has the range of what it imitates, synthesizers that of a piano.
RANGES: tuple[tuple[int, int, int], ...] = (
    (0, 21, 108),  # pianos: A0 to C8
    (6, 36, 96),  # harpsichord: C2 to C7
    (7, 36, 96),
    (8, 60, 108),  # celesta
    (9, 79, 108),  # glockenspiel: G5 to C8
    (10, 60, 96),
    (11, 53, 89),  # vibraphone: F3 to F6
    (12, 41, 96),  # marimba: F2 to C7
    (13, 60, 96),  # xylophone: C4 to C7
    (14, 48, 96),
    (16, 36, 96),  # organs: five octaves
    (21, 28, 108),  # accordion: E1 to C8
    (22, 48, 96),
    (23, 28, 108),
    (24, 40, 88),  # guitars: E2 to E6
    (32, 23, 67),  # basses: B0 to G4
    (40, 55, 103),  # violin: G3 to G7
    (41, 48, 86),  # viola: C3 to D6
    (42, 36, 79),  # cello: C2 to G5
    (43, 24, 67),  # contrabass: C1 to G4
    (44, 28, 103),  # strings together
    (46, 23, 104),  # harp: B0 to G#7
    (47, 36, 60),  # timpani
    (48, 28, 103),
    (52, 40, 88),  # voices: bass E2 to soprano E6
    (55, 28, 103),
    (56, 54, 86),  # trumpet: F#3 to D6
    (57, 40, 75),  # trombone: E2 to Eb5
    (58, 26, 65),  # tuba: D1 to F4
    (59, 54, 86),
    (60, 35, 77),  # French horn: B1 to F5
    (61, 34, 88),
    (64, 56, 88),  # soprano saxophone: Ab3 to E6
    (65, 49, 81),  # alto saxophone: Db3 to A5
    (66, 44, 76),  # tenor saxophone: Ab2 to E5
    (67, 36, 68),  # baritone saxophone: C2 to Ab4
    (68, 58, 93),  # oboe: Bb3 to A6
    (69, 52, 84),  # English horn: E3 to C6
    (70, 34, 75),  # bassoon: Bb1 to Eb5
    (71, 50, 94),  # clarinet: D3 to Bb6
    (72, 74, 108),  # piccolo: D5 to C8
    (73, 60, 98),  # flute: C4 to D7
    (74, 60, 96),
    (80, 21, 108),
    (104, 36, 96),
    (112, 28, 100),
    (120, 21, 108),
)
DRUM_RANGE = (35, 81)


def playable(program: int, drums: bool = False) -> tuple[int, int]:
    """The lowest and highest pitch that ``program`` (0..127) can play; of ``drums`` the keys of the GM drum map."""
    if drums:
        return DRUM_RANGE
    return next((low, high) for first, low, high in reversed(RANGES) if program >= first)


class DrumKey(NamedTuple):
    """A key of the GM drum map: its name, the kit's piece that sounds, and by how many semitones it is tuned from there."""

    name: str
    piece: str
    tuning: float = 0.0
    short: float = 1.0  # share of the piece's ring that is left


DRUMS: dict[int, DrumKey] = {
    35: DrumKey("Acoustic bass drum", "drums_kick", -1.5),
    36: DrumKey("Bass drum", "drums_kick"),
    37: DrumKey("Side stick", "drums_snare_rest"),
    38: DrumKey("Acoustic snare", "drums_snare"),
    39: DrumKey("Hand clap", "drums_clap"),
    40: DrumKey("Electric snare", "drums_snare", 2.0, 0.7),
    41: DrumKey("Low floor tom", "drums_tom_floor"),
    42: DrumKey("Closed hi-hat", "drums_hihat_closed"),
    43: DrumKey("High floor tom", "drums_tom_floor", 2.5),
    44: DrumKey("Pedal hi-hat", "drums_hihat_pedal"),
    45: DrumKey("Low tom", "drums_tom3"),
    46: DrumKey("Open hi-hat", "drums_hihat_open"),
    47: DrumKey("Low mid tom", "drums_tom3", 2.5),
    48: DrumKey("High mid tom", "drums_tom3", 5.0),
    49: DrumKey("Crash cymbal 1", "drums_crash_l"),
    50: DrumKey("High tom", "drums_tom3", 8.0),
    51: DrumKey("Ride cymbal 1", "drums_ride"),
    52: DrumKey("China cymbal", "drums_china"),
    53: DrumKey("Ride bell", "drums_ride_bell"),
    54: DrumKey("Tambourine", "drums_tambourine"),
    55: DrumKey("Splash cymbal", "drums_splash"),
    56: DrumKey("Cowbell", "drums_cowbell"),
    57: DrumKey("Crash cymbal 2", "drums_crash_l", -1.5),
    58: DrumKey("Vibraslap", "drums_vibraslap"),
    59: DrumKey("Ride cymbal 2", "drums_ride", 1.5),
    60: DrumKey("High bongo", "drums_bongo_high"),
    61: DrumKey("Low bongo", "drums_bongo_low"),
    62: DrumKey("Muted high conga", "drums_conga_muted"),
    63: DrumKey("Open high conga", "drums_conga_high"),
    64: DrumKey("Low conga", "drums_conga_low"),
    65: DrumKey("High timbale", "drums_timbale"),
    66: DrumKey("Low timbale", "drums_timbale", -4.0),
    67: DrumKey("High agogo", "drums_agogo"),
    68: DrumKey("Low agogo", "drums_agogo", -5.0),
    69: DrumKey("Cabasa", "drums_cabasa"),
    70: DrumKey("Maracas", "drums_maracas"),
    71: DrumKey("Short whistle", "drums_whistle_short"),
    72: DrumKey("Long whistle", "drums_whistle_long"),
    73: DrumKey("Short guiro", "drums_guiro_short"),
    74: DrumKey("Long guiro", "drums_guiro_long"),
    75: DrumKey("Claves", "drums_claves"),
    76: DrumKey("High woodblock", "drums_woodblock"),
    77: DrumKey("Low woodblock", "drums_woodblock", -4.0),
    78: DrumKey("Muted cuica", "drums_cuica_muted"),
    79: DrumKey("Open cuica", "drums_cuica_open"),
    80: DrumKey("Muted triangle", "drums_triangle_muted"),
    81: DrumKey("Open triangle", "drums_triangle"),
}


def drum_key(pitch: int) -> DrumKey:
    """What sounds at a key of the drum track; keys outside the GM map go to the nearest key in it."""
    return DRUMS[min(max(pitch, min(DRUMS)), max(DRUMS))]


def sound_for(program: int, sounds: dict[str, int]) -> str:
    """The id of the trained sound for ``program`` (0..127) among ``sounds`` (id -> GM program of its own, -1 for drums)."""
    own = [name for name, p in sounds.items() if p == program]
    for name in (*own, *_ALIKE.get(program, ())):
        if name in sounds:
            return name
    family = {abs(p - program): name for name, p in sounds.items() if p >= 0 and p // 8 == program // 8}
    return family[min(family)] if family else (FALLBACK if FALLBACK in sounds else next(iter(sounds)))
