import pytest

from quizkit.check import bundle

TWO = "# file: app/__init__.py\n# file: app/main.py\nx = 1\n# file: app/routers/items.py\ny = 2\n"


def test_a_text_without_headings_is_main() -> None:
    assert bundle.files("x = 1\n") == {"main.py": "x = 1\n"}
    assert not bundle.is_bundle("x = 1\n")


def test_each_heading_begins_a_file() -> None:
    assert bundle.files(TWO) == {"app/__init__.py": "", "app/main.py": "x = 1\n", "app/routers/items.py": "y = 2\n"}


def test_comments_may_stand_before_the_first_heading() -> None:
    assert bundle.files(f"# quizkit: some-id\n\n{TWO}") == bundle.files(TWO)


def test_a_heading_below_code_is_a_comment() -> None:
    text = "x = 1\n# file: other.py\n"
    assert bundle.files(text) == {"main.py": text}


def test_joined_and_taken_apart_again() -> None:
    texts = {"main.py": "x = 1\n", "app/__init__.py": "", "app/a.py": "y = 'ä'\n\n"}
    assert bundle.files(bundle.join(texts)) == texts


def test_a_missing_end_of_line_is_added() -> None:
    assert bundle.files(bundle.join({"main.py": "x", "b.py": "y"})) == {"main.py": "x\n", "b.py": "y\n"}


@pytest.mark.parametrize("path", ["/etc/passwd", "../main.py", "app/../main.py", "app//main.py", "./main.py"])
def test_a_path_that_leads_elsewhere_is_refused(path: str) -> None:
    with pytest.raises(bundle.BrokenBundle, match="leads out"):
        bundle.files(f"# file: {path}\nx = 1\n")


def test_a_file_twice_is_refused() -> None:
    with pytest.raises(bundle.BrokenBundle, match="there twice"):
        bundle.files("# file: main.py\n# file: main.py\n")


def test_the_app_is_in_the_first_main() -> None:
    assert bundle.main_path({"a.py": "", "app/main.py": "", "main.py": ""}) == "app/main.py"
    with pytest.raises(bundle.BrokenBundle, match=r"no file is called main\.py"):
        bundle.main_path({"a.py": ""})


def test_a_file_in_a_file_is_refused() -> None:
    with pytest.raises(bundle.BrokenBundle, match="a/b is a file, so that a/b/c/d can't lie in it"):
        bundle.files("# file: a/b/c/d\n# file: a/b\n")


@pytest.mark.parametrize(("path", "words"), [("a\0b", "holds a sign"), ("a/" * 60 + "b", "longer than 100 signs")])
def test_a_name_that_no_file_has_is_refused(path: str, words: str) -> None:
    with pytest.raises(bundle.BrokenBundle, match=words):
        bundle.files(f"# file: {path}\n")


def test_headings_count_only_where_the_starter_has_them() -> None:
    assert bundle.files_of(TWO, TWO) == bundle.files(TWO)
    assert bundle.files_of(TWO, "x = 1\n") == {"main.py": TWO}
