"""The words of stance: what judges a thing wrong or right, what asks for calm, what takes no side.

Lists, not rules, and the same for every event. Each entry is a pattern and a weight: 2
judges by itself, 1 leans. What a word is aimed at is decided in ``stance``.
"""

from __future__ import annotations

import re

from tracker.ingest.find.words import words_of


def _words(*patterns: str) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(patterns) + r")", re.IGNORECASE)


WRONG_STRONG = _words(
    r"wrong\b(?! with)", r"unacceptable\b", r"outrage(?:d|ous)?\b", r"appall\w+", r"disgrac\w+", r"disgust\w+",
    r"shameful\w*", r"deplor\w+",
    r"abhorren\w+", r"reprehensible", r"repugnan\w+", r"indefensible", r"intolerable", r"unconscionable", r"egregious",
    r"unjust\w*\b", r"unfair\w*\b", r"unlawful\w*", r"illegal\w*", r"unconstitutional\w*", r"overreach\w*",
    r"(?:a step |gone |goes |going |went )?too far\b",
    r"crosse[sd] (?:a|the|that|every) line", r"a bridge too far", r"offensive\b", r"racist\b", r"hateful\b",
    r"cruel\w*", r"inhuman\w*", r"immoral\w*",
    r"irresponsible", r"reckless\w*", r"(?:a|big|huge|terrible|grave) mistake", r"misguided", r"short-?sighted",
    r"condemn\w*", r"denounc\w+", r"deplore\w*",
    r"oppos(?:e|es|ed|ing|ition)\b(?! (?:sides|directions?|ends?))", r"object(?:s|ed|ing)? (?:strongly )?to\b",
    r"reject(?:s|ed|ing)?\b", r"decr(?:y|ied|ies|ying)\b",
    r"criticiz\w+|criticis(?:e|ed|es|ing|m)\b", r"blast(?:s|ed|ing)?\b", r"slam(?:s|med|ming)?\b", r"rebuk\w+",
    r"lambast\w*",
    r"(?:deeply |very |gravely |seriously |extremely )?(?:alarmed|dismayed|troubled|appalled|disheartened|"
    r"disturbed)\b", r"(?:deeply |very |bitterly )?disappoint(?:ed|ing|ment)\b",
    r"disagree(?:s|d|ment)?\b", r"push(?:ed|es|ing)? back (?:against|on)", r"stand(?:s|ing)? (?:up )?against",
    r"(?:speak|speaking|spoke|speaks) out against",
    r"fight(?:ing)? (?:against )?(?:this|the|it)\b", r"not who we are", r"contrary to (?:our|the|who)", r"betray\w*",
    r"violat(?:e|es|ed|ing|ion)\b", r"discriminat\w+",
    r"silenc(?:e|ing) (?:the|our|us|its|journalists|critics|reporters)", r"no place (?:in|at|for|here)",
    r"will not (?:be )?tolerat\w*", r"harmful\b", r"dangerous\w*", r"threaten\w*",
    r"(?:must|should|needs? to|has to|ought to) (?:be )?(?:stop|end|withdr|repeal|revers|rescind|chang|scrap|"
    r"lift|halt|abolish)\w*", r"legal challenge", r"(?:would|will|going to) fight\b",
    r"(?:should|must|can|could|will) (?:not|never) (?:be allowed|stand|happen|be tolerated)",
    r"in (?:strong )?opposition",
    r"punish(?:es|ed|ing|ment)?\b", r"onerous", r"burdensome", r"excessive\b", r"unreasonabl\w+", r"absurd\w*",
    r"ridiculous\w*", r"insult\w*", r"toxic\b",
    r"harms\b", r"inequit\w+", r"stereotyp\w+", r"erod(?:e|es|ed|ing)\b",
    r"failed to (?:act|enforce|protect|listen)", r"unable to (?:stand by|support)", r"complicit\w*", r"inexcusable",
    r"(?:goes|go|runs|run|went|ran|is|are|was) (?:against|counter to|contrary to) (?:our|the|everything|who|"
    r"my|its|what)\b",
    r"(?:strike|walk-?out|walk(?:ed|ing|s)? (?:out|off)|protest\w*|rally|rallied|march\w*|petition|boycott|"
    r"lawsuit|sue[ds]?|suing)\b(?: [\w-]+){0,3} (?:against|over|to protest)\b",
    r"in protest\b", r"find fault with", r"overstep\w*", r"stand\w* in opposition", r"speak\w* out\b",
    r"spoke out\b", r"un-?American", r"fascis\w+", r"tone-?deaf", r"dystopi\w+", r"draconian", r"chilling",
    r"devastat\w+", r"a blow to", r"embarrass\w+", r"take issue with", r"took issue with", r"ludicrous",
    r"preposterous", r"pathetic", r"disast(?:er|rous)\w*", r"horribl\w+", r"nonsens\w*", r"foolish\w*",
    r"insane\w*", r"infuriat\w+", r"undermin\w+", r"destructive", r"backlash against", r"existential",
    r"go to the mat", r"demean\w+", r"degrad\w+", r"unwarranted", r"unnecessar\w+", r"arbitrar\w+",
    r"counterproductive",
    r"horrif\w+", r"heinous", r"sickened?\b", r"ashamed\b", r"incorrect assumptions?", r"distort\w*", r"cowardly",
    r"hypocri\w+",
)  # fmt: skip
WRONG_LEANING = _words(
    r"(?<!no )concern(?:s|ed|ing)?\b(?! for)", r"upset\b", r"ang(?:ry|ered|er)\b", r"frustrat\w+", r"annoy\w+",
    r"unhappy", r"worr(?:y|ied|ies|ying|isome)\b", r"hurts? (?:our|the|us|workers|employees|customers|business\w*)",
    r"objections?\b", r"too (?:high|much|far|costly|late|little)\b",
)  # fmt: skip
WRONG_WEAK = _words(
    r"(?:should|must)(?:n't| not)\b",
    r"(?:additional|higher|added|increased|extra|significant) costs?\b", r"cost impact", r"pay millions",
    r"problem(?:s|atic)?\b",
    r"hurt(?:s|ful|ing)?\b", r"burden\w*", r"damag(?:e|es|ed|ing)\b", r"against\b",
    r"sad(?:dened)?\b", r"bad for\b", r"fail(?:s|ed|ing|ure)?\b",
    r"doubt\w*", r"backward", r"hate\b", r"refus(?:e|es|ed|ing)\b",
    r"terrible\b", r"awful\b", r"poor(?:ly)? (?:attempt|judg\w+|handled)", r"inadequate\b", r"not enough\b",
    r"inaction\b", r"regret(?:s|ted|table)?\b", r"distract\w+", r"costly\b", r"suck(?:s)?\b",
    r"stop\b", r"lower the\b", r"does(?:n't| not) (?:make sense|work|belong|reflect)",
)  # fmt: skip
RIGHT_STRONG = _words(
    r"support(?:s|ed|ing|ive)?\b(?! (?:staff|team|line|services?|employees|our (?:employees|customers|staff|"
    r"people)))", r"applaud(?:s|ed|ing)?\b", r"welcom(?:e|es|ed|ing)\b(?! to\b)", r"prais(?:e|es|ed|ing)\b",
    r"commend(?:s|ed|ing)?\b",
    r"hail(?:s|ed|ing)?\b", r"endors(?:e|es|ed|ing|ement)\b", r"in favou?r of",
    r"stand(?:s|ing)? (?:by|behind|with)\b", r"stood (?:by|behind|with)\b",
    r"(?:fully |firmly |strongly )back(?:s|ed|ing)?\b", r"proud(?:ly)?\b",
    r"(?:the )?right (?:answer|thing|decision|call|move|step|choice|course)\b", r"(?:was|is|were|are) right\b",
    r"(?:an? )?(?:important|positive|necessary|welcome|good|great|big|major|huge|first|"
    r"right) (?:first )?(?:step|move|news|win|victory|decision)\b", r"long overdue",
    r"(?:good|great|strong|positive|solid|promising|terrific) (?:first )?(?:start|for (?:america\w*|the|our|"
    r"us|business\w*|workers|consumers|everyone))\b",
    r"makes? (?:perfect )?sense\b",
    r"(?:monumental|historic|landmark|critical|crucial|major|vital) (?:step|driver|win|moment|opportunity|"
    r"reform|boost)", r"a relief\b", r"(?:very )?encourag(?:ed|ing)\b",
    r"believ(?:e|es|ed) in\b", r"(?:strongly |deeply )?agree(?:s|d)? (?:with|that)\b", r"grateful (?:for|to)\b",
    r"defend(?:s|ed|ing)?\b(?! (?:against|itself|himself|herself|themselves))",
    r"(?:pleased|delighted|thrilled|excited|glad|happy|honou?red) (?:to|that|with|by|about)\b", r"a win for\b",
    r"fully supports?\b",
    r"justified\b", r"lawful\w*\b", r"necessary (?:and|to|for|measure)", r"solidarity\b",
    r"had (?:to be|been) (?:done|needed)",
    r"(?:thank|thanks|thanking|thanked) (?:the |president|congress|lawmakers|mr|secretary)",
    r"(?:did|have done|has done) nothing wrong", r"not (?:shot|killed) an? innocent",
    r"no innocent (?:person|people|man|woman)[^.]{0,30}\b(?:shot|killed|harmed|hurt)",
    r"did (?:its|his|her|their) (?:job|duty)",
    r"(?:is|was) (?:a |the )?(?:good|right|fair|sound|lawful) (?:one|law|order|ruling|decision|policy)",
    r"keep(?:s|ing)? (?:us|people|the \w+|our \w+) safe",
)  # fmt: skip
RIGHT_WEAK = _words(
    r"help(?:s|ed|ful|ing)?\b", r"benefit(?:s|ed|ing|icial)?\b", r"good\b", r"great\b", r"positive\b",
    r"committed\b", r"commitment\b", r"back(?:s|ed|ing)\b", r"agree(?:s|d)?\b", r"invest(?:s|ing|ment|ments)?\b",
    r"grow(?:th|ing)?\b", r"important\b", r"value[sd]?\b", r"join(?:s|ed|ing)?\b", r"opportunit\w+", r"progress\b",
    r"allow(?:s|ed)? us\b", r"will enable\b", r"thank(?:s|ed|ful)?\b", r"appreciat\w+", r"protect(?:s|ed|ing)?\b",
    r"bonus(?:es)?\b", r"rais(?:e|es|ing) (?:\w+ )?(?:wages|pay)", r"share the (?:view|goal|belief)\w*",
    r"hope(?:s|ful)?\b",
)  # fmt: skip
WILLING = _words(
    r"(?:would|will|to) begin\b", r"began\b", r"fully focused",
    r"(?:had|has|have) (?:already )?(?:bought|sent|donated|shipped|delivered|given|started|begun|offered|"
    r"made)\b", r"donat\w+", r"could help",
    r"(?:ready|willing|prepared|happy|glad|eager|pleased|able) to\b", r"stand(?:s|ing)? ready",
    r"will (?:\w+ )?(?:help|join|take part|participate|comply|cooperate|work|make|produce|build|stop|end|"
    r"testify|appear|attend|provide|change|do|pledge|support|explore|meet|consider)\b",
    r"(?:is|are|was|were|has been|have been|be) (?:\w+ )?(?:working|helping|exploring|looking|talking|"
    r"speaking|cooperating|preparing|discussing)\b",
    r"(?:pledg|commit|promis|vow|agree|offer|volunteer)\w* (?:to\b|that)", r"we must\b", r"plan(?:s|ned|ning)? to\b",
    r"in (?:talks|discussions|dialogue)",
    r"do(?:ing)? (?:everything|whatever|all|more|our part|its part)", r"answer(?:ing|ed)? (?:the )?call",
    r"(?:look|looking|looked) forward to", r"goal (?:is|of|to)", r"determined to", r"eager\b", r"open to\b",
    r"respond(?:ed|ing) to the call", r"accept(?:s|ed|ing)?\b", r"adapt\w*",
)  # fmt: skip
UNWILLING = _words(
    r"(?:will|would|can|could|does|do|did|has|have)(?: not|n't) (?:\w+ )?(?:stop|end|comply|join|change|"
    r"take part|participate|testify|help|do so|make|support)\b", r"no plans? to\b", r"refus\w+ to\b", r"reject\w*",
    r"will continue (?:to|its|our|with)\b", r"impossible", r"not (?:possible|feasible|able)",
)  # fmt: skip
CALM = _words(
    r"restraint\b", r"de-?escalat\w+", r"(?:for|remain|stay|keep|urg\w+|restore|of) calm\b", r"calm(?:er|ing)\b",
    r"tone down", r"(?:take a )?step back\b", r"cool(?:er)? heads?",
    r"lower(?:ing)? (?:the )?(?:tension|temperature)s?",
    r"reduc\w+ tensions?", r"defuse\b", r"stand(?:ing)? down\b", r"non-?violen\w+", r"come together",
    r"sit down (?:together|with)", r"talk to (?:each other|one another)", r"find (?:a )?common ground",
    r"(?:full|independent|thorough|transparent|impartial|public|open|"
    r"proper)(?:,? (?:and )?\w+)? (?:investigations?|inquir(?:y|ies)|review)\b",
)  # fmt: skip
# These ask for calm only where they are asked for: “open to dialogue” is none.
CALM_IF_ASKED = _words(
    r"calm\b", r"peace(?:ful|fully)?\b", r"unite(?! states)\b", r"unity\b", r"investigat(?:e|ions?)\b",
    r"inquir(?:y|ies)\b", r"transparen(?:t|cy)\b", r"dialogue\b", r"bring (?:people|us|the \w+) together",
    r"patience\b", r"heal(?:ing)?\b", r"cooperat(?:e|ion)\b", r"(?:is|be|are) published",
    r"make (?:it |them |everything )?public",
)  # fmt: skip
ASKING = re.compile(
    r"\b(?:call(?:s|ed|ing)? (?:for|on)|urg\w+|ask\w*|demand\w*|appeal\w*|need\w*|must|should|hope\w*|"
    r"request\w*|plead\w*|want\w*|stress\w*|emphasi\w+|"
    r"push\w* for|let us|let's|please|time (?:for|to)|encourag\w+|implor\w+|pray\w*)\b",
    re.IGNORECASE,
)
NEUTRAL = _words(
    r"(?:take|takes|took|taking|taken) no (?:side|sides|position|stance|view)\b",
    r"(?:not|n't|never|neither) (?:take|taken|taking) (?:a |any )?(?:sides?|position|stance|view)\b",
    r"(?:remain|remains|stay|stays|is|are|be) (?:strictly )?neutral\b",
    r"neither (?:support\w*|back\w*|for|endorse\w*|favou?r\w*)\b[^.]{0,30}\bnor\b",
    r"nor (?:do|does) (?:we|it) (?:oppose|support|back)",
    r"no (?:position|view|opinion) (?:on|about)\b",
    r"not (?:for|up to) (?:us|a company|the company|companies|it|business|businesses)\b[^.]{0,30}\b(?:judge|"
    r"say|decide|comment)", r"neutrality\b", r"not (?:our|its|a company's) (?:place|role|business|job) to\b",
    r"(?:does|do|did)(?: not|n't) (?:support or oppose|back or oppose|endorse or)",
)  # fmt: skip
# These judge what follows them; what that is decides whether it is the target.
TAKES_AN_OBJECT = re.compile(
    r"(?:support|applaud|welcom|prais|commend|hail|endors|in favou?r of|stand|stood|back|proud|believ|"
    r"grateful|defend|pleased|"
    r"delighted|thrilled|excited|glad|happy|honou?red|thank|condemn|denounc|deplor|oppos|object|reject|decr|"
    r"critici|blast|slam|"
    r"rebuk|lambast|disagree|push|fight|betray|violat|concern|against|committed|commitment|invest|join|"
    r"appreciat|protect|help|"
    r"agree|value|benefit|threaten|undermin|refus|hurts?\b|solidarity|fail|doubt|stop|believe in)",
    re.IGNORECASE,
)
# “We support it”, “welcomed the ruling”: the thing spoken of, whatever it is called.
THE_THING = re.compile(
    r"\s*(?:(?:to|of|by|on|with|about|over|for|that|in|towards?|against|any|all|such|such a|what|how) )*"
    r"(?:it|this|that|these|those|(?:the|this|that|these|any|such|its|his|her|their|today's|yesterday's|"
    r"mr\w*\.? \w+'s|president \w+'s) "
    r"(?:[\w'-]+ ){0,3}(?:decisions?|moves?|orders?|rulings?|laws?|bills?|acts?|legislation|polic(?:y|ies)|"
    r"measures?|plans?|steps?|efforts?|calls?|actions?|"
    r"campaigns?|boycotts?|bans?|proposals?|rules?|verdict|amendment|initiatives?|program(?:me)?s?|"
    r"operations?|strikes?|protests?|protesters|marchers|"
    r"findings|verdict|conclusions?|assertions?|characteri[sz]ation|reports?|treatment|practices?|rhetoric|"
    r"language|events?|news|"
    r"announcement|reforms?|settlement|agreement|demands?|requests?|recommendations?|remarks|comments|"
    r"allegations|behaviou?r|conduct|views|memo|letter|"
    r"ideas?|approach|response|directive|mandate|tax|fee|tariffs?|deal|pact|accord|movement|cause|goal)s?)\b",
    re.IGNORECASE,
)
PUNISHING = re.compile(
    r"\s*(?:the |his |her |its |their |a |for )*(?:firing|dismiss\w*|removal|removing|bann?ing|ban|ousting|"
    r"ouster|ending|end of|stopping|repeal\w*|withdraw\w*|"
    r"boycott\w*|punish\w*|resign\w*|suspen\w*|cancel\w*|impeach\w*)\b",
    re.IGNORECASE,
)
ADVANCES = re.compile(
    r"\b(?:increas|improv|advanc|promot|achiev|expand|strengthen|aspir|strive|striving|foster|embrac|build|"
    r"champion|work\w* (?:to|toward)|"
    r"want\w* to|aim\w* (?:to|for)|seek\w* to|dedicat|commit)\w*",
    re.IGNORECASE,
)
OTHERS_FEEL = re.compile(
    r"\b(?:you|them|people|some|many|others|critics|those|customers|employees|workers|who|everyone|fans|"
    r"users)\b(?:,? \w+){0,5},? (?:and )?$",
    re.IGNORECASE,
)
FEELING = re.compile(
    r"(?:angry|anger|disappoint|hurt|upset|frustrat|concern|worr|outrag|offen|sad|disheart|appall|alarm|dismay)",
    re.IGNORECASE,
)
SORRY = re.compile(
    r"\b(?:apolog\w+|mistake|regret\w*|sorry|wrong|should have|failed|fell short|inexcusable|unacceptable)\b",
    re.IGNORECASE,
)
# What a company does when it turns away from a thing, and when it goes along with one.
TURNS_AWAY = _words(
    r"pull(?:ed|s|ing)?\b", r"suspend\w*", r"withdr[ae]w\w*", r"halt\w*", r"dropp?(?:ed|ing|s)?\b",
    r"(?:cut|cuts|cutting|sever|severs|severed|severing)\b", r"end(?:ed|ing|s)\b", r"cancel\w*", r"terminat\w*",
    r"stop(?:ped|ping|s)?\b", r"paus(?:e|ed|es|ing)\b", r"resign\w*", r"quit\b", r"boycott\w*",
    r"fir(?:ed|ing)\b", r"dismiss(?:ed|ing)\b", r"oust\w*", r"remov(?:e|ed|es|ing)\b", r"ban(?:ned|ning|s)?\b",
    r"scrapp?\w*", r"revok\w*", r"leav(?:e|es|ing)\b", r"left\b", r"walk(?:ed|ing|s)? (?:out|off)", r"distanc\w+",
    r"disavow\w*", r"part(?:ed|ing)? ways", r"reassign\w*", r"refus\w+ to", r"withh[eo]ld\w*",
    r"retir(?:e|ed|es|ing)\b", r"will no longer\b", r"no longer\b", r"strike\b", r"protest(?:ed|ing|s)?\b",
)  # fmt: skip
JUDGES_WRONG = frozenset(
    words_of(
        """denounce criticize criticise condemn blast slam decry oppose reject disavow rebuke blame dispute object"""
    )
)
JUDGES_RIGHT = frozenset(["praise", "applaud", "welcome", "support", "endorse", "defend", "commend", "hail", "back"])
DEMANDS = frozenset(["urge", "demand", "call", "ask", "implore", "request", "encourage", "appeal", "push", "sign"])
STOPS = _words(
    r"withdraw\w*", r"take (?:it|them|the \w+) down",
    r"(?:to |must |should )?(?:appeal against|challenge|fight|exempt|delay|reduce|lower|exclude|shield|waive|"
    r"spare|lift|ease|postpone|soften|roll back|limit|stop|end(?!or)|halt|"
    r"cancel|cut|drop|rescind|repeal|revers|abandon|scrap|ban|break|pull|remove|fire|resign|suspend|revoke|"
    r"block|reject|condemn|oppose|reconsider|shut down|abolish|leave|quit|"
    r"sever|divest)\w*",
)  # fmt: skip
GOES_ON = _words(
    r"(?:to |must |should )(?:continue|keep|maintain|preserve|extend|strengthen|enforce|uphold|pass|sign|"
    r"approve|adopt|expand)\b",
)  # fmt: skip
NEGATED = re.compile(
    r"(?:\bnot\b|n't\b|\bnever\b|\bno\b|\bno longer\b|\bcannot\b|\bwithout\b|\bneither\b|\bnor\b|"
    r"\brather than\b|\binstead of\b|\bstopped short of\b|\bhardly\b|\bfar from\b|\bden(?:y|ied|ies|ying)\b)"
    r"(?:[\s,]+[\w'-]+){0,3}[\s,]*$",
    re.IGNORECASE,
)
_OF_A_DEMAND = re.compile(
    r"\b(?:calls?|demands?|requests?|push|appeals?|plea|boycott|pledge|goals?|equality|diversity|inclusion|"
    r"invitation|mandate|ask)\b",
    re.IGNORECASE,
)
_CAMPAIGN = re.compile(r"\bcampaign (?:to|against|for)\b", re.IGNORECASE)
_OF_A_MOVEMENT = re.compile(r"\b(?:protests?|strikes?|walkouts?|movement|petition|rally|march)\b", re.IGNORECASE)


def a_demand(target: str) -> bool:
    """Say whether the target asks something of somebody: “the call to …”, “the campaign against …”."""
    return bool(_OF_A_DEMAND.search(head_of(target)) or _CAMPAIGN.search(target))


def a_movement(target: str) -> bool:
    """Say whether the target is people protesting, so that joining them is support."""
    return bool(_OF_A_MOVEMENT.search(head_of(target)))


def head_of(target: str) -> str:
    """Return a target without what hangs on it: “Calder's sacking” of “Calder's sacking of staff after a strike”."""
    return re.split(r" (?:of|to|on|after|in|for|by|against|over|at|from|that|with)\b|,", target, maxsplit=1)[0]
