"""The finder's vocabulary: which words speak, which name an office, which name a document.

Lists, not rules. A word belongs here when news English uses it for any company and any
event; a word that only helps with one article belongs nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable


def words_of(text: str) -> list[str]:
    """Return the words of a list written as running text."""
    return text.split()


def _regular(*verbs: str) -> dict[str, str]:
    forms: dict[str, str] = {}
    for verb in verbs:
        stem = verb[:-1] if verb.endswith("e") else verb
        forms[verb] = verb
        if verb.endswith("y") and verb[-2] not in "aeiou":
            forms[verb[:-1] + "ies"] = forms[verb[:-1] + "ied"] = verb
        else:
            forms[verb + ("es" if verb.endswith(("s", "sh", "ch", "x")) else "s")] = verb
            forms[stem + "ed"] = verb
        forms[stem + "ing"] = verb
    return forms


SAYING: dict[str, str] = {
    **_regular(
        "add", "explain", "note", "state", "announce", "confirm", "claim", "argue", "insist", "acknowledge", "reply",
        "respond", "answer", "post", "tweet", "declare", "maintain", "stress", "emphasize", "emphasise", "reiterate",
        "warn", "caution", "promise", "pledge", "vow", "concede", "suggest", "reveal", "disclose", "remark", "contend",
        "assert", "describe", "call", "apologize", "apologise", "believe", "express", "voice", "joke",
        "recount", "clarify", "affirm", "observe", "assure", "complain", "lament", "recall", "refer", "conclude",
        "denounce", "criticize", "criticise", "condemn", "blast", "slam", "decry", "oppose", "reject", "praise",
        "applaud", "welcome", "support", "endorse", "defend", "dismiss", "commend", "thank", "hail", "disavow",
        "urge", "demand", "ask", "encourage", "appeal", "implore", "request", "question", "rebuke", "blame",
        "signal", "outline", "echo", "advise", "inform", "retweet", "label", "characterize", "intend", "aim",
        "consider",
        "agree", "disagree", "object", "speculate", "predict", "indicate", "accuse", "distance", "continue", "comment",
        "share", "point", "cite", "reaffirm", "admonish", "attribute", "tie", "vouch", "lobby", "petition",
        "estimate", "dispute", "react", "push", "allege", "relay", "exclaim", "detail", "propose",
    ),
    "say": "say", "says": "say", "said": "say", "saying": "say",
    "tell": "tell", "tells": "tell", "told": "tell", "telling": "tell",
    "write": "write", "writes": "write", "wrote": "write", "writing": "write", "written": "write",
    "admit": "admit", "admits": "admit", "admitted": "admit", "admitting": "admit",
    "deny": "deny", "denies": "deny", "denied": "deny", "denying": "deny",
    "commit": "commit", "commits": "commit", "committed": "commit", "committing": "commit",
    "read": "read", "reads": "read", "reading": "read",
    "plan": "plan", "plans": "plan", "planned": "plan", "planning": "plan",
    "back": "back", "backs": "back", "backed": "back",
    "quoted": "quote", "tout": "tout", "touted": "tout", "touts": "tout",
    "speak": "speak", "speaks": "speak", "spoke": "speak", "speaking": "speak",
    "raise": "raise", "raises": "raise", "raised": "raise", "raising": "raise",
    "stand": "stand", "hope": "hope", "hopes": "hope", "hoped": "hope", "expects": "expect", "expect": "expect",
}  # fmt: skip

# These carry words only when there are words: a quotation, a clause, or a document they are said in.
WEAK = frozenset(
    words_of(
        """believe express voice describe call refer support back defend agree disagree object share point cite dispute
    react push detail plan stand hope expect intend aim consider respond answer reply comment continue speak quote
    post read question blame consider signal echo outline propose recall thank speculate predict indicate
    apologize apologise observe conclude label characterize welcome oppose demand request ask encourage appeal
    reject commit promise pledge vow dismiss inform advise relay allege accuse suggest claim raise lobby petition
    estimate attribute tie state note joke distance tout"""
    )
)
# A company that does one of these to the thing itself has spoken, even without a clause of its own.
JUDGING = frozenset(
    words_of(
        """denounce criticize criticise condemn blast slam decry oppose reject praise applaud welcome endorse defend
    commend hail disavow urge demand implore encourage rebuke support back distance dispute apologize
    apologise thank promise pledge vow call"""
    )
)

_TITLES = (
    r"(?:interim |acting |co-|deputy |vice |executive |senior |global |group |founding |managing |general |chief |"
    r"assistant |associate |corporate |regional |national |outgoing |incoming |longtime |then-)*"
)
# Offices whose holder speaks for the company.
OFFICE = (
    _TITLES
    + r"(?:CEO|CFO|COO|CTO|CMO|CIO|CISO|chief executive(?: officer)?|chief [a-z]+(?: and [a-z]+)?(?: [a-z]+)? officer|"
    r"chief [a-z]+ officer|chief(?! (?:[a-z]+ ){0,2}officer)|chief of staff|chief economist|chief counsel|"
    r"chief scientist|"
    r"president(?: and (?:CEO|chief executive(?: officer)?|COO|founder))?|chair(?:man|woman|person)?"
    r"(?: and (?:CEO|chief executive(?: officer)?|founder))?|"
    r"founder|co-founder|cofounder|owner|co-owner|managing partner|partner|director(?: general)?|general counsel|"
    r"vice president|VP|SVP|EVP|treasurer|head|secretary general|general secretary|editor[- ]in[- ]chief|"
    r"editor|publisher|"
    r"executive|principal|boss|commissioner|superintendent|country manager|general manager|manager|controller|"
    r"publisher)"
)
SPOKES = (
    r"(?:spokes(?:person|people|man|woman|men|women|persons)|representatives?|press secretary|press officer|"
    r"communications (?:director|chief|officer|manager)|officials?|executives?|leaders?|leadership|management|bosses|"
    r"managers?|lawyers?|attorneys?|publicists?|press office|communications team|rep|reps|spokespersons)"
)
STAFF = (
    r"(?:employees?|workers?|staff|staffers?|engineers?|drivers?|developers?|moderators?|contractors?|"
    r"workforces?|pilots|flight attendants|baristas|nurses|researchers|scientists|journalists|reporters|teachers|"
    r"crew|crews|cashiers|couriers|programmers|technicians|miners|dockers|union|guild)"
)
# People whose words are not a company's, whatever they stand beside.
_FOREIGN = re.compile(
    r"\b(?:sen(?:ator|\.)?s?|rep\.|reps\.|representatives? [A-Z]|congress(?:man|woman|men|people)?|lawmakers?|"
    r"legislators?|"
    r"governors?|gov\.|mayors?|ministers?|prime minister|chancellor|president donald|president joe|president barack|"
    r"president [A-Z]\w+ (?:administration)|attorney general|attorneys general|judges?|justices?|sheriff|"
    r"police|prosecutors?|"
    r"ambassador|secretary of|white house|analysts?|economists?|professors?|scholars?|historians?|experts?|"
    r"strategists?|critics?|activists?|advocates?|protesters?|campaigners?|campaign (?:manager|director|"
    r"organi[sz]er)|customers?|consumers?|shoppers?|users?|"
    r"residents?|neighbors?|neighbours?|viewers?|fans?|passengers?|parents?|families|family|victims?|relatives?|"
    r"columnists?|commentators?|correspondents?|bloggers?|authors?|former|ex-|ousted|fired|retired|"
    r"researchers? at|fellow|candidates?|republicans?|democrats?|congressional|senate|councilman|councilwoman|"
    r"council member|alderman|students?|patients?|doctors?|shareholders?|investors?|"
    r"regulators?|diplomats?|officials? familiar|aides?|pollsters?|celebrit(?:y|ies)|actors?|actress|singer|rapper|"
    r"athletes?|players?|quarterback|coach|pastor|bishop|reverend|rev\.|tenants?|landlords?|farmers?|organi[sz]ers?|"
    r"marchers?|dealers?|investigators?|officers?|agents?|agency|ministry|department|source|sources|person familiar|"
    r"people familiar)\b",
    re.IGNORECASE,
)
_CHIEF_OFFICER = re.compile(r"\bchief (?:[a-z-]+ ){1,4}officers?\b", re.IGNORECASE)


def foreign(text: str) -> re.Match[str] | None:
    """Match a word for somebody who speaks for no company; a chief financial officer is no police officer."""
    return _FOREIGN.search(_CHIEF_OFFICER.sub("", text))


PUBLIC_BODY = re.compile(
    r"\b(?:Department|Ministry|Police|Senate|House|Congress|Committee|Commission|Court|Administration|Agency|Bureau|"
    r"Government|Parliament|Assembly|Army|Navy|Party|University|College|School|Schools|County|Office|Authority|"
    r"Republicans?|Democrats?|GOP|White|Supreme|Federal|FBI|ICE|DHS|CIA|EPA|FDA|FTC|FCC|SEC|DOJ|CDC|WHO|IRS|UN|EU|NATO|"
    r"HHS|DOL|DOT|FAA|NHTSA|OSHA|NLRB|EEOC|CFPB|HUD|USDA|NIH|CBP|TSA|FERC|State|States|City|Mayor|"
    r"Council of State|Treasury|Pentagon|Capitol|Customs|Border Patrol|Service|Library|"
    r"Secretary|Governor|President|Justice|Interior|Cabinet|Legislature|Union of States|European|National Guard|"
    r"Fed|Reserve|Board of|Law School|Medical Center|Hospital|Church|Museum|Medicare|Medicaid|Obamacare|Act|Order|"
    r"Bill|Amendment|Constitution|Republic|Kingdom|Olympics?|Watergate)\b"
)
ADVOCACY = re.compile(
    r"\b(?:Campaign|Project|Fund|Watch|Action|Center|Centre|Institute|Foundation|Coalition|Society|Movement|Rights|"
    r"Justice|Matter|Citizens?|ACLU|NAACP|GLAAD|Greenpeace|Amnesty|Oxfam|Committee|Network|Initiative|Defense|"
    r"Project|Pride|Resist|Occupy|Think Tank|Research|Analytics|Survey|Change|Vote|Voters|People For|Poll|"
    r"Hollaback|Planned Parenthood|Forum|Conservancy|Observatory|Trust)\b"
)
# A name that ends so is an organisation's.
CORPORATE = (
    r"(?:Inc|Incorporated|Corp|Corporation|Company|Co|Group|Holdings|LLC|Ltd|Limited|plc|PLC|LP|LLP|SA|AG|SE|NV|GmbH|"
    r"Foods|Airlines|Airways|Air Lines|Bank|Bancorp|Ventures|Capital|Partners|Brands|Industries|Motors|Energy|Media|"
    r"Studios|Technologies|Technology|Systems|Labs|Laboratories|Software|Logistics|Railways?|Rail|Railroad|"
    r"Pharmaceuticals|"
    r"Pharma|Pharmacies|Insurance|Stores|Hotels|Resorts|Steel|Steelworks|Mills|Electronics|Telecom|Communications|"
    r"Entertainment|Pictures|Records|Financial|Health|Healthcare|Products|Services|Solutions|Networks|Semiconductor|"
    r"Semiconductors|Robotics|Aerospace|Automotive|Chemical|Chemicals|Oil|Gas|Power|Electric|Utilities|Water|Dairy|"
    r"Farms|Bakery|Brewery|Brewing|Breweries|Beverages?|Restaurants|Coffee|Pizza|Burgers|Markets?|Grocers?|"
    r"Supermarkets|"
    r"Retail|Apparel|Outdoors?|Outfitters|Sportswear|Shipping|Ferries|Trucking|Freight|Couriers|Transit|Transport|"
    r"Mining|Minerals|Metals|Timber|Textiles|Fisheries|Tourism|Cruises?|Properties|Realty|Homes|Builders|Construction|"
    r"Engineering|Architects|Consulting|Advisors|Securities|Investments|Asset Management|Credit Union|Mutual|Payments|"
    r"Cloud|Computing|Computers|Data|Games|Interactive|Publishing|Books|Press|Security|Defence|Motor|Tires|Tyres|Toys|"
    r"Optics|Cosmetics|Beauty|Paints|Glass|Paper|Furniture|Tools|Solar|Seeds|Stores|Cinemas|Theatres|Theaters|"
    r"Association|Federation|Guild|Union|Unions|Chamber(?: of [A-Z]\w+)?|Roundtable|League|Alliance|Council|Society|"
    r"Institute|Foundation|Exchange|Collective|Cooperative|Co-op|Club|Worldwide|International|Global|Enterprises|"
    r"Teamsters|Workers|Ice Cream|Products|Mill|Works|Clinics|Hospitals)"
)
UNION = re.compile(r"\b(?:[Uu]nion|Teamsters|Workers|Employees|Staff|AFL-CIO|SEIU|UAW|CWA|UFCW|Unite)\b")
TRADE = re.compile(
    r"\b(?:Association|Federation|Chamber|Roundtable|League|Alliance|Council|Institute|Exchange|Lobby|Confederation)\b"
)
COMPANY_NOUN = (
    r"(?:company|firm|retailer|airline|carrier|bank|chain|maker|carmaker|automaker|giant|platform|network|brand|group|"
    r"corporation|conglomerate|manufacturer|insurer|lender|publisher|broadcaster|studio|startup|start-up|operator|"
    r"business|parent|subsidiary|unit|association|federation|union|guild|league|organization|organisation|outfit|"
    r"brewer|brewery|supplier|utility|owner|provider|producer|distributor|grocer|drugmaker|chipmaker|developer|lobby|"
    r"chamber|council|club|team|fund|exchange|service|site|website|app|store|hotelier|shipper|miner|restaurant|"
    r"contractor|agency|partnership|employer|planemaker|tech giant|search giant|social network|social media company)"
)
DOCUMENT = (
    r"(?:statement|memo|memorandum|message|messages|email|e-mail|emails|letter|note|notes|post|tweet|tweets|"
    r"blog|release|"
    r"recording|transcript|audio|video|filing|announcement|op-ed|petition|remarks|comments|response|thread|"
    r"missive|text|"
    r"newsletter|posting|presentation|speech|call|interview|advertisement|ad)"
)

MONTHS = words_of("""January February March April May June July August September October November December""")
WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_NUMBERS = {
    "a dozen": 12, "dozens": 24, "hundreds": 100, "thousands": 1000, "twenty": 20, "thirty": 30, "forty": 40,
    "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "a hundred": 100, "two": 2, "three": 3,
    "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
}  # fmt: skip

PLACES = frozenset(
    " ".join(
        words_of(
            """Alabama| Alaska| Arizona| Arkansas| California| Colorado| Connecticut| Delaware| Florida|
            Georgia| Hawaii|
    Idaho| Illinois| Indiana| Iowa| Kansas| Kentucky| Louisiana| Maine| Maryland| Massachusetts| Michigan|
    Minnesota| Mississippi| Missouri| Montana| Nebraska| Nevada| New Hampshire| New Jersey| New Mexico| New
    York| New York City| North Carolina| North Dakota| Ohio| Oklahoma| Oregon| Pennsylvania| Rhode Island| South
    Carolina| South Dakota| Tennessee| Texas| Utah| Vermont| Virginia| Washington| West Virginia| Wisconsin|
    Wyoming| London| Paris| Berlin| Brussels| Tokyo| Beijing| Moscow| Chicago| Boston| Houston| Dallas| Atlanta|
    Seattle| Detroit| Miami| Philadelphia| Phoenix| Denver| Minneapolis| Los Angeles| San Francisco| San Diego|
    Las Vegas| Silicon Valley| Wall Street| Hollywood| Capitol Hill| Britain| France| Germany| Italy| Spain|
    China| Japan| India| Russia| Canada| Mexico| Brazil| Israel| Ukraine| Iran| Iraq| Australia| Europe| Asia|
    Africa| America| Hong Kong| South Korea| Saudi Arabia| Charlottesville| Staten Island| Manhattan| Brooklyn|
    Queens| Staten| Midwest| West Coast| East Coast| Puerto Rico"""
        )
    ).split("| ")
)

# Capitalised words that begin a sentence or a heading without being part of a name.
NOT_NAMES = frozenset(
    words_of(
        """The A An In On At By For From Of To And But Or So If As It Its He She They We I You His Her Their Our My This
    That These Those There Here When While After Before Since Until During Although Though Because However
    Meanwhile Still Also Even Yet Not No Nor Some Many Most Several Other Others Another Each Every All Both
    Either Neither One Two Three Four Five Six Seven Eight Nine Ten Monday Tuesday Wednesday Thursday Friday
    Saturday Sunday January February March April May June July August September October November December What
    Who Which Where Why How Last Next Earlier Later Now Then Today Yesterday Tomorrow Soon Once More Less Few
    Such With Without Within Amid Among Under Over Between Against Into Through About According Asked Speaking
    Citing Despite Instead Additionally Similarly Founder Partner Chief President Chairman Chairwoman
    Executive Director Spokesman Spokeswoman Spokesperson Officials Executives Employees Workers Staff
    Companies Company Firms Customers Critics Protesters Lawmakers Analysts Experts Investors Shares Investors
    People Women Men Children Sources Reporting Editing Updated Advertisement Related Read Watch"""
    )
)


def number(words: str) -> int | None:
    """Return the number a phrase such as “more than 1,400” or “about sixty” names, or None."""
    figures = re.search(r"\d[\d,]*", words)
    if figures:
        return int(figures.group().replace(",", "")[:9] or 0) or None
    lowered = words.casefold()
    return next((value for word, value in _NUMBERS.items() if re.search(rf"\b{word}\b", lowered)), None)


def any_of(words: Iterable[str]) -> str:
    """Return a pattern that matches any of these words, longest first."""
    return "(?:" + "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) + ")"
