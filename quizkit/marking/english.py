"""What the lexical marker knows of English: small words, negators, opposites.

A subject's own terms stand in a `Vocabulary`.
"""

from typing import Final

SMALL_WORDS: Final = frozenset(
    """
    a an the is are was were be been being am of to in on at by for with from as and or but if then than that this
    these those it its there here do does did done so such can could may might will would shall should must have has
    had having i you he she we they me him her us them my your his our their what which who whom whose when where why
    how also just very too into onto out up down over about any some each other another more most
    """.split()
)
"""Words that say little of what an answer means; they count a tenth."""

NEGATORS: Final = frozenset(
    """
    not no never unless none nothing nobody neither nor without cannot can't don't doesn't didn't isn't aren't wasn't weren't
    won't wouldn't shouldn't couldn't hasn't haven't hadn't mustn't needn't ain't dont doesnt didnt isnt arent wasnt
    wont wouldnt shouldnt couldnt hasnt havent cant hardly barely unable impossible nowhere nope
    """.split()
)
"""Words that turn what follows, up to the end of their clause."""

NEGATING_PAIRS: Final = frozenset(
    {("rather", "than"), ("instead", "of"), ("far", "from"), ("opposed", "to"), ("other", "than"), ("lack", "of")}
)
"""Pairs of words that do the same."""

REFUSALS: Final = frozenset(
    """
    untrue false wrong incorrect myth misconception mistaken nonsense mistake fallacy
    """.split()
)
"""Words that refuse a statement,"""

REFUSING: Final = frozenset("is are was a an be that's it's thats its common frequent popular the".split())
"""where one of these stands right before them."""

CLAIMS: Final = frozenset("true correct right think believe say claim mean assume".split())
"""Words that, denied and before "that", refuse what follows."""

NOT_NEGATING: Final = frozenset(
    {("not", "only"), ("not", "just"), ("not", "merely"), ("no", "matter"), ("no", "doubt"), ("why", "not"), ("whether", "not")}
)
"""Pairs that hold a negator and deny nothing."""

CLAUSE_STARTERS: Final = frozenset(
    """
    but because since while whereas although though however therefore thus hence unless until if when whenever where
    which who that otherwise whereby
    """.split()
)
"""Words that begin a clause wherever they stand, and so end what a negator reaches."""

CONDITIONS: Final = frozenset("if unless when until otherwise without".split())
"""Words that make a sentence hold in some cases only."""

AFTER_A_COMMA: Final = CLAUSE_STARTERS | frozenset(
    "and or so then instead yet as it they you we i he she this these those there only just its".split()
)
"""Words that begin one after a comma."""

SENTENCE_WORDS: Final = frozenset({"no", "nope", "yes"})
"""Words that, before a comma, are a sentence of their own."""

AFTER_AND: Final = frozenset(
    "it they you we i he she this these there then so does do is are can will would should must has have only".split()
)
"""Words that begin one after "and", "or" or "so"."""

_OPPOSITES: Final = """
    increase/decrease increases/decreases more/less more/fewer most/least greater/smaller greater/less larger/smaller
    bigger/smaller higher/lower longer/shorter faster/slower fast/slow quick/slow quickly/slowly high/low big/small
    large/small long/short before/after first/last first/second earlier/later early/late always/never all/none
    every/no everything/nothing any/none same/different equal/unequal open/close opens/closes opened/closed start/end
    starts/ends begin/end begins/ends beginning/end begin/finish start/stop starts/stops enter/leave enters/leaves
    enter/exit enable/disable enables/disables enabled/disabled allow/forbid allows/forbids allow/deny allow/refuse
    accept/reject accepts/rejects accepted/rejected accept/refuse include/exclude includes/excludes add/remove
    adds/removes create/delete creates/deletes create/destroy insert/remove push/pop read/write reads/writes
    send/receive sends/receives input/output in/out into/out on/off up/down left/right top/bottom front/back
    above/below inside/outside internal/external inner/outer outermost/innermost inbound/outbound incoming/outgoing
    true/false right/wrong valid/invalid correct/incorrect safe/unsafe secure/insecure success/failure succeed/fail
    succeeds/fails pass/fail passes/fails win/lose good/bad better/worse best/worst easy/hard easier/harder
    simple/complex simpler/harder possible/impossible public/private static/dynamic statically/dynamically
    mutable/immutable global/local required/optional mandatory/optional explicit/implicit explicitly/implicitly
    manual/automatic manually/automatically synchronous/asynchronous sync/async blocking/non-blocking
    concurrent/sequential parallel/sequential serial/parallel single/multiple one/many one/several once/twice
    client/server request/response parent/child caller/callee source/target encode/decode encrypt/decrypt
    compile/interpret compiled/interpreted upper/lower maximum/minimum max/min ascending/descending positive/negative
    even/odd present/absent with/without full/empty new/old newest/oldest newer/older cheap/expensive cheaper/dearer
    strong/weak stronger/weaker strict/lax stateful/stateless permanent/temporary persistent/volatile shared/separate
    common/rare often/rarely together/apart lock/unlock acquire/release allocate/free load/unload commit/rollback
    horizontal/vertical lazy/eager lazily/eagerly linear/exponential best/worst constant/variable
    definition/declaration define/declare physical/logical recursion/iteration recursive/iterative stack/queue
    lifo/fifo breadth/depth preorder/postorder near/far keep/lose keeps/loses keep/drop hide/show hides/shows
    hidden/visible known/unknown trusted/untrusted dependent/independent dependently/independently
    """
OPPOSITES: Final = tuple(tuple(pair.split("/")) for pair in _OPPOSITES.split())
"""Pairs of which one turns a statement into its reverse."""

MEANS: Final = frozenset({"by", "with", "through", "via", "using"})
"""Words by which a sentence in the passive names who does it."""

SYMMETRICAL: Final = frozenset(
    """
    and or with plus nor versus vs as equal same like both between a an the it is are was were be
    """.split()
)
"""Relations that say the same from either side, so that a swap about them changes nothing."""
