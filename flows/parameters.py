"""The parameters that flows share: their types, and what the form in the Prefect UI says of them."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from flows.dating import AS_OF, a_day
from flows.parameter_kinds import OneOf, OrPath, Readable, ResultOf, shown
from flows.recipe import Recipe
from storage.records import PIPELINE, Stage, StageRef
from tasks.select.compare.config import CompareConfig

GivenRecipe = Annotated[
    Recipe, OrPath(), shown("Recipe", "What is run: the path of a recipe's file, or all of it, field by field")
]
"""A recipe, or the path of its file, as deployments give it."""

GivenEncoder = Annotated[
    Recipe | None, OrPath(), shown("Recipe", "Its encoder nominates pairs beside the hashes; without one, hashes alone")
]
"""A recipe of which the encoder alone is used, if any."""

Until = Annotated[Stage, OneOf(PIPELINE), shown("Until", "The last stage that is run")]

Refresh = Annotated[
    Sequence[Annotated[Stage, OneOf(PIPELINE)]],
    shown("Refresh", "Stages to run again though they are whole; what follows runs again if their content changed"),
]
Again = Annotated[bool, shown("Refresh", "Run the stage again though it is whole")]

AsOf = Annotated[
    str,
    StringConstraints(pattern=AS_OF),  # which the server checks too
    AfterValidator(a_day),
    shown(
        "As of",
        "Day of the search, today or YYYY-MM-DD: another day asks the sources again, and fetches what is not held yet. "
        "Left empty, it is the recipe's crawl.as_of",
    ),
]

What = Annotated[
    Stage,
    OneOf((Stage.CRAWL, Stage.TARGETS, Stage.CATALOG)),
    shown("What", "Whose pictures are embedded: the crawl's, the targets', or a catalog's, which has no newest"),
]

NEWEST = "where none is given, the recipe's newest"

TargetsResult = Annotated[
    StageRef | None, ResultOf(Stage.TARGETS), shown("Targets", f"The long-tailed data set; {NEWEST}")
]
NeighborsResult = Annotated[
    StageRef | None, ResultOf(Stage.NEIGHBORS), shown("Neighbors", f"The vetted names; {NEWEST}")
]
CrawlResult = Annotated[StageRef | None, ResultOf(Stage.CRAWL), shown("Crawl", f"The fetched pictures; {NEWEST}")]
PicturesResult = Annotated[
    StageRef | None,
    ResultOf(Stage.CRAWL, Stage.TARGETS, Stage.CATALOG),
    shown("Pictures", f"The result that lists them; {NEWEST}"),
]
TargetVectorsResult = Annotated[
    StageRef | None, ResultOf(Stage.EMBED), shown("Target vectors", f"What the targets' pictures became; {NEWEST}")
]
VectorsResult = Annotated[
    StageRef | None, ResultOf(Stage.EMBED), shown("Vectors", f"What the fetched pictures became; {NEWEST}")
]
SelectResult = Annotated[
    StageRef | None, ResultOf(Stage.SELECT), shown("Select", f"The verdicts on the pictures; {NEWEST}")
]
ShardsResult = Annotated[StageRef | None, ResultOf(Stage.SHARD), shown("Shards", f"The packed pictures; {NEWEST}")]
Results = Annotated[
    list[Annotated[StageRef, ResultOf(*PIPELINE)]] | None,
    Readable(),
    shown("Stages", f"The results that the page tells of, in order; {NEWEST} of each"),
]
ReportOn = Annotated[
    list[Annotated[StageRef, ResultOf(*PIPELINE)]] | None,
    Readable(),
    shown("Report on", "The curation's results, in order, if the run is to write the training report on them too"),
]

PICTURES = "a folder, a .tar, a folder of tars, or a list of paths, on the machine that takes the run"
Place = Annotated[str, StringConstraints(min_length=1)]
DataSetA = Annotated[Place, shown("Data set A", f"Such as what is trained on: {PICTURES}")]
DataSetB = Annotated[Place, shown("Data set B", "Whose copies in A are looked for; A again for its duplicates")]
DataRoot = Annotated[Place, shown("Data root", "Folder of everything written")]
HowCompared = Annotated[CompareConfig | None, Readable(), shown("Bounds", "What counts as a copy; none: the defaults")]
MaxUnreadable = Annotated[
    float,
    Field(ge=0, le=1),
    shown("Largest share unreadable", "Beyond it the run fails; used without a recipe, which has its own"),
]
