"""CodePipeline: pipelines whose actions and artifacts may stand in other regions."""

from collections.abc import Mapping
from typing import Any

from providers.aws.clues import bucket
from scanner.sdk import Get, Home, List, Ref, Replicas, TypeDecl, derived_regions, fact, here, never_others, together, traced


def _regions(_: Ref, actions: tuple[Any, ...], stores: tuple[Any, ...]) -> tuple[str, ...]:
    """Regions of actions; artifact stores are a map by region in the live cloud, and name it in templates."""
    held = [name for store in stores for name in (store if isinstance(store, Mapping) else (store,))]
    return tuple(dict.fromkeys(str(name) for name in (*actions, *held)))


PIPELINE = TypeDecl(
    "AWS::CodePipeline::Pipeline",
    live=List("codepipeline", "list_pipelines", each="pipelines", id="arn:{partition}:codepipeline:{region}:{account}:{name}", name="name"),
    details=(Get("get_pipeline", put="pipeline", params={"name": "name"}, take="pipeline"),),
    facts=(
        fact(Home, place=here()),
        fact(Replicas, places=together(
            derived_regions(_regions, live=("pipeline.stages[].actions[].region", "pipeline.artifactStores"), cfn=("Stages[].Actions[].Region", "ArtifactStores[].Region")),
            traced(bucket, "AWS::S3::Bucket", live=("pipeline.artifactStore.location", "pipeline.artifactStores.*.location"),
                   cfn=("ArtifactStore.Location", "ArtifactStores[].ArtifactStore.Location")),
        )),
    ),
    never=never_others(Home, Replicas, why="carries artifacts from one action to the next; they lie in its buckets, which are asked"),
)  # fmt: skip
