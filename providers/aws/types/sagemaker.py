"""SageMaker training jobs."""

from typing import Any

from providers.aws.custody import key_name
from scanner.sdk import OFF, ON, AtRest, Get, Home, KeyCustody, List, NotApplicable, Ref, State, Transit, TypeDecl, derive, fact, here, never_others, of


def _sealed(_: Ref, volume: tuple[Any, ...], output: tuple[Any, ...]) -> State:
    """Both with a key that was asked for: the volumes of the machines, and the model that is written."""
    return ON if any(volume) and any(output) else OFF


def _between(_: Ref, encrypted: tuple[Any, ...], machines: tuple[Any, ...]) -> Transit:
    """Containers talk in the clear unless the job asks otherwise; one machine talks to nobody."""
    if not encrypted:
        raise ValueError("EnableInterContainerTrafficEncryption is absent")
    if encrypted[0] is True:
        return Transit(False, "traffic between containers is encrypted")
    if machines and all(int(count) == 1 for count in machines):
        raise NotApplicable("one machine: no traffic between containers")
    return Transit(True, "traffic between containers is not encrypted")


TRAINING_JOB = TypeDecl(
    "AWS::SageMaker::TrainingJob",
    live=List("sagemaker", "list_training_jobs", each="TrainingJobSummaries", id="TrainingJobArn", name="TrainingJobName"),
    cloudformation=False,
    details=(Get("describe_training_job", put="job", params={"TrainingJobName": "TrainingJobName"}),),
    facts=(
        fact(Home, place=here()),
        fact(AtRest, state=derive(_sealed, live=("job.ResourceConfig.VolumeKmsKeyId", "job.OutputDataConfig.KmsKeyId"))),
        fact(KeyCustody, holder=of("AWS::KMS::Key", KeyCustody, "holder", live="job.ResourceConfig.VolumeKmsKeyId", absent=NotApplicable("no key is asked for")),
             key=key_name("job.ResourceConfig.VolumeKmsKeyId")),
        fact(Transit, derive(_between, live=("job.EnableInterContainerTrafficEncryption", "job.ResourceConfig.InstanceCount"))),
    ),
    never=never_others(Home, AtRest, KeyCustody, Transit, why="a job that is over when it is done; what it read and wrote are objects of buckets"),
)  # fmt: skip
