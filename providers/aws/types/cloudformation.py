"""CloudFormation: stack sets, which put stacks into other regions and accounts."""

from scanner.sdk import Get, Home, List, Replicas, TypeDecl, fact, here, never_others, regions

STACK_SET = TypeDecl(
    "AWS::CloudFormation::StackSet",
    live=List(
        "cloudformation", "list_stack_sets", each="Summaries", id="arn:{partition}:cloudformation:{region}:{account}:stackset/{StackSetId}", name="StackSetName",
        params={"Status": "ACTIVE"},
    ),
    details=(Get("list_stack_instances", put="instances", params={"StackSetName": "StackSetName"}, take="Summaries"),),
    facts=(
        fact(Home, place=here()),
        fact(Replicas, places=regions(live="instances[].Region", cfn="StackInstancesGroup[].Regions[]")),
    ),
    never=never_others(Home, Replicas, why="a rule that makes stacks; what they hold are resources of their own"),
)  # fmt: skip
