"""`watchkeeper plan export` and `watchkeeper plan import`: what other tools read and write."""

from watchkeeper.cli.verbs import group

exports = group(
    "export",
    "Hand the management system to other tools.",
    {
        "cyclonedx": "watchkeeper.cli.plan.exchange.export_cyclonedx:export_cyclonedx",
        "oscal": "watchkeeper.cli.plan.exchange.export_oscal:export_oscal",
        "xlsx": "watchkeeper.cli.plan.exchange.export_xlsx:export_xlsx",
    },
)
imports = group(
    "import",
    "Take in what other tools wrote.",
    {
        "cyclonedx": "watchkeeper.cli.plan.exchange.import_cyclonedx:import_cyclonedx",
        "oscal": "watchkeeper.cli.plan.exchange.import_oscal:import_oscal",
        "xlsx": "watchkeeper.cli.plan.exchange.import_xlsx:import_xlsx",
    },
)
