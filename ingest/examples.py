"""The examples at the end of every `--help`; a test runs against the demo those that can run there.

An article is named by its number 1, an address by one that the demo knows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import click

__all__ = ["EXAMPLES", "add_examples"]

_ADDRESS = "'http://arena.test/story.php?id=11043'"

EXAMPLES: dict[str, tuple[str, ...]] = {
    "add": (
        "add https://www.example.org/",
        "add --dry-run subscriptions.opml list.txt",
    ),
    "alerts": ("alerts --dry-run", "alerts --dry-run --json"),
    "backup": ("backup", "backup --archive /mnt/safe/corpus.db"),
    "check": ("check", "check --fix --json"),
    "completeness": ("completeness -n 4", "completeness --json"),
    "completion": (
        "completion bash >> ~/.bashrc",
        "completion zsh >> ~/.zshrc",
        "completion fish > ~/.config/fish/completions/seedbed.fish",
    ),
    "crawl": ("crawl feeds", "crawl urls -a file=list.txt --json"),
    "demo": ("demo", "demo --keep tour"),
    "diff": ("diff 1", "diff 1 --json"),
    "export": (
        "export csv > articles.csv",
        "export jsonl --since 2025-07-01 --no-text",
        "export md articles --story 1",
    ),
    "import-warc": (
        "import-warc CC-NEWS-20251121000123-00001.warc.gz",
        "import-warc folder --processes 4",
    ),
    "init": ("init mystory one.txt two.html",),
    "label": ("label 12 no", "label https://www.example.org/news/7 yes", "label 12 --undo"),
    "pull": ("pull", "pull --every 60"),
    "rebuild-index": ("rebuild-index --check",),
    "reextract": (
        "reextract --dry-run",
        "reextract --since 2025-07-01 --outlet example.org",
        "reextract --scheduler tcp://10.0.0.5:8786 --shards /mnt/shards",
    ),
    "relearn": ("relearn", "relearn --undo 3"),
    "report": ("report week.html", "report --since 2025-07-01 --until 2025-07-31 july.html"),
    "restore": ("restore backups/corpus-20250701T120000Z.db",),
    "run": ("run", "run --once --json"),
    "runs": ("runs -n 5", "runs --json"),
    "search": (
        "search Aliyev Putin",
        "search --since 2025-07-01 --lang ru Баку",
        "search --order date --json 'title: Aktau'",
    ),
    "seeds": ("seeds", "seeds 1 --raw"),
    "show": ("show 1", "show 1 --changes", "show 1 --json"),
    "snapshot": ("snapshot azru-2025.zip --title 'Baku and Moscow' --author 'Ann Lee'",),
    "sources": ("sources", "sources --state quiet --json", "sources --accept 12"),
    "status": ("status", "status --json"),
    "stories": ("stories -n 5", "stories 1", "stories --json"),
    "tail": ("tail -n 3", "tail --lang az --json"),
    "topic": ("topic", "topic --queries", "topic --history --json"),
    "verify": ("verify azru-2025.zip",),
    "web": ("web", "web --port 8080 -o"),
    "worker": ("worker", "worker --once", "worker --status"),
    "why": (f"why {_ADDRESS}", f"why --json {_ADDRESS}"),
}


def add_examples(group: click.Group) -> None:
    """Let the help of each command end with its examples."""
    for name, examples in EXAMPLES.items():
        if (command := group.commands.get(name)) is not None and command.epilog is None:
            lines = "\n".join(f"  seedbed {example}" for example in examples)
            command.epilog = f"\b\nExamples:\n{lines}"
