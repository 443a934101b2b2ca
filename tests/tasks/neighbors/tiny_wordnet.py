"""A dictionary of twenty-two senses in WordNet's own format (wndb(5WN)), so that every machine has one."""

from pathlib import Path

# Names of a sense; its lexicographer file; the first name of the sense above it; its gloss. A noun may be there twice.
SENSES = (
    ("thing", 3, "", "whatever is there"),
    ("animal, beast", 5, "thing", "what moves and eats"),
    ("dog, Domestic_dog", 5, "animal", "it barks; \"let the dog in\""),
    ("beagle", 5, "dog", "a hound with long ears"),
    ("bird", 5, "animal", "it has feathers"),
    ("crane", 5, "bird", "a tall wader that dances"),
    ("heron", 5, "bird", "a wader with a bent neck"),
    ("snake, serpent", 5, "animal", "it has no legs"),
    ("king_snake, kingsnake", 5, "snake", "a snake that eats snakes"),
    ("mouse", 5, "animal", "small and gray"),
    ("ox", 5, "animal", "it draws carts"),
    ("machine", 6, "thing", "it works for people"),
    ("crane, derrick", 6, "machine", "it lifts loads"),
    ("vegetable, veggie", 13, "thing", "a plant on a plate"),
    ("eggplant, aubergine, mad_apple", 13, "vegetable", "purple and glossy; fried in oil"),
    ("carrot", 13, "vegetable", "an orange root"),
    ("carrot, cultivated_carrot", 20, "thing", "the plant with that root"),
    ("dish", 13, "thing", "what a cook makes"),
    ("burrito", 13, "dish", "a filled and folded flatbread"),
    ("soft-shell_turtle, lady's_turtle", 5, "animal", "a turtle with a leathery back"),
    ("idea", 9, "", "what one thinks"),
)  # fmt: skip
EXCEPTIONS = "mice mouse\noxen ox\n"
ADJECTIVES = ("tangy a 1 1 & 1 0 00001740", "andean a 1 1 \\ 1 0 00002098", "rotund a 1 0 1 0 00002312")
LICENSE = "".join(f"  {number} This stands where WordNet has its license.  \n" for number in range(1, 30))


def _line(offset: int, field: int, names: list[str], pointers: list[str], gloss: str) -> str:
    spelled = " ".join(f"{name} 0" for name in names)
    links = "".join(f" {pointer}" for pointer in pointers)
    return f"{offset:08d} {field:02d} n {len(names):02x} {spelled} {len(pointers):03d}{links} | {gloss}  \n"


def _data(offsets: list[int]) -> list[str]:
    """The lines of data.noun, where their senses lie at these offsets."""
    names = [names.split(", ") for names, *_ in SENSES]
    first = {own[0]: place for place, own in reversed(list(enumerate(names)))}
    pointers: list[list[str]] = [[] for _ in SENSES]
    for place, (_, _, above, _) in enumerate(SENSES):
        if above:
            pointers[place].append(f"@ {offsets[first[above]]:08d} n 0000")
            pointers[first[above]].append(f"~ {offsets[place]:08d} n 0000")
    rows = zip(offsets, SENSES, names, pointers, strict=True)
    return [_line(offset, field, own, links, gloss) for offset, (_, field, _, gloss), own, links in rows]


def _offsets() -> list[int]:
    """Where each line begins: all numbers are of one width, so that the lines are as long wherever they lie."""
    lengths = [len(line.encode()) for line in _data([0] * len(SENSES))]
    return [len(LICENSE.encode()) + sum(lengths[:place]) for place in range(len(SENSES))]


def _index(offsets: list[int]) -> list[str]:
    held: dict[str, list[int]] = {}
    for offset, (names, *_) in zip(offsets, SENSES, strict=True):
        for name in names.split(", "):
            held.setdefault(name.lower(), []).append(offset)
    return [
        f"{name} n {len(at)} 2 @ ~ {len(at)} 0 {' '.join(f'{each:08d}' for each in at)}  \n"
        for name, at in sorted(held.items())
    ]


def write_wordnet(folder: Path) -> Path:
    """Write the dictionary's four files; the folder again."""
    offsets = _offsets()
    (folder / "data.noun").write_text(LICENSE + "".join(_data(offsets)))
    (folder / "index.noun").write_text(LICENSE + "".join(_index(offsets)))
    (folder / "noun.exc").write_text(EXCEPTIONS)
    (folder / "index.adj").write_text(LICENSE + "".join(f"{line}  \n" for line in ADJECTIVES))
    return folder
