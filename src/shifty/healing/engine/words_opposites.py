"""What must never be taken for one another: words that stand at the same place of a page and do the contrary.

Names are concepts of ``words_synonyms``, or plain words. One line is one set; each of it excludes the others.
"""


def split(words: str) -> frozenset[str]:
    """The words of a list that is easier to read, and to add to, as a text."""
    return frozenset(words.split())


TOGGLES = """
enable disable | enabled disabled | show hide | expand collapse | more less | follow unfollow
subscribe unsubscribe | like unlike | lock unlock | mute unmute | pin unpin | connect disconnect | start stop
start pause | play pause | play stop | open close | select deselect | check uncheck | archive unarchive
public private | read unread | addtocart delete | login logout | all none | install uninstall
"""
"""Excluding, too; but one control may say now the one and now the other."""

STRONG = """
login signup logout | login forgot | save cancel | save delete | update cancel | apply cancel | submit cancel
ok cancel | submit delete | next previous | edit delete | yes no | accept decline | allow deny | accept deny
allow decline | accept cancel | add delete | add minus | minimum maximum | increase decrease | up down | left right
zoomin zoomout | upload download | import export | optin unsubscribe | undo redo | cut copy paste
username password | email password | phone password | firstname lastname | buy sell | top bottom | men women
male female | credit debit | income expense | ascending descending | asc desc | horizontal vertical | width height
terms privacy | paid unpaid | draft published | valid invalid | visible invisible | complete incomplete
deposit withdraw | hire fire | push pull | encrypt decrypt | attach detach | merge split | cart wishlist
next cancel | next close | delete cancel | delete undo | delete unarchive | save edit | question reply
checkin checkout
"""
"""Excluding wherever they stand in two short texts."""

WEAK = """
first second third last | from to | before after | on off | in out | with without | old new current | start end
begin end | early late | billing shipping | home work | sender recipient | source target | source destination
origin destination | departure arrival | input output | outbound inbound | outgoing incoming | email phone
city country state postcode address | address email | address phone | day month year | days months years
hour minute | hours minutes seconds | today tomorrow yesterday | daily weekly monthly yearly
weekly monthly annually | month year week day | monday tuesday wednesday thursday friday saturday sunday
mon tue wed thu fri sat sun | montag dienstag mittwoch donnerstag freitag samstag sonntag
lundi mardi mercredi jeudi vendredi samedi dimanche
january february march april may june july august september october november december
jan feb mar apr may jun jul aug sep oct nov dec
januar februar marz april mai juni juli august september oktober november dezember | small medium large
s m l xl xxl xs | red green blue black white yellow orange purple pink grey gray brown | light dark
basic standard pro premium enterprise free business team starter | html json csv pdf xml xlsx docx txt yaml
english german french spanish italian portuguese dutch polish russian japanese chinese
deutsch english francais espanol italiano
facebook twitter google github apple microsoft linkedin instagram youtube tiktok whatsapp reddit pinterest telegram
visa mastercard paypal amex klarna | primary secondary | front back | inside outside | internal external
local remote | guest member | admin user guest | owner member | adults children infants | adult child infant
breakfast lunch dinner | north south east west | metric imperial | celsius fahrenheit | manual automatic
online offline | single multiple | one two three four five six seven eight nine ten | one way round trip
present absent | won lost | win lose | pass fail | passed failed | success failure | true false | a b c d e f
photo video audio | image video | name email | name password | username email | name phone | title description
price quantity | backlog todo doing done | pending approved rejected | open closed | high low medium
critical high normal | parent child | gross net
"""
"""Excluding where the rest of the two texts says the same: ``Billing address`` and ``Shipping address``."""

DEEDS = split("""
    login signup logout forgot checkout buy addtocart pay search filter sort delete edit rename save update apply submit
    cancel close open accept decline allow deny next previous add duplicate copy cut paste undo redo enable disable
    start stop play pause show hide expand collapse upload download import export print share invite reply comment
    follow unfollow subscribe unsubscribe like unlike lock unlock mute unmute pin unpin connect disconnect install
    uninstall archive unarchive refresh retry reset select transfer merge move assign schedule preview test verify track
    report flag ban suspend translate calculate compare generate run build deploy convert rate review book reserve
    return refund claim redeem withdraw deposit leave exit quit call
""")
"""What one does with a thing. Two that are not related exclude each other where the thing is the same:
``Delete account`` and ``Export account``."""

NEGATIONS = split("""
    not dont doesnt never without nicht kein keine ohne pas sans jamais sin nunca un non no
""")

UN_PREFIXED = split("""
    select activate subscribe compress crypt list register authorize allocate
""")
"""After ``de``: most words with it are no negation (``sign``, ``tail``, ``fault``)."""

DIS_PREFIXED = split("""
    connect like approve agree allow arm mount engage regard respect appear associate
""")
"""After ``dis``: ``play``, ``count`` and ``cover`` are others."""

AGAIN = split("""
    confirm repeat retype reenter verify confirmation wiederholen bestatigen erneut confirmer repetir confirmar
""")
"""Beside ``password`` or ``email`` it is the second field, not the first."""

ORDINAL_NOUNS = split("""
    page step item row tab slide level chapter option question part section day week room table line player team
    user test product card seat floor phase column file image photo address address line version lesson unit
    episode season round group task order number no nr seite schritt zeile tag etape ligne pagina paso article
    point figure option variant choice answer guest passenger adult child traveler traveller panel column field
    entry record result node worker shard block plan tier stage quarter q h
""")
"""Before a number it is a place in an order, not an amount."""

UNITS = split("""
    eur usd gbp chf dollar dollars euro euros g kg mg lb lbs oz ml l cl cm mm m km inch in ft gb mb tb kb px pt
    percent min mins minute minutes hour hours h sec second seconds day days week weeks month months year years
    night nights
""")
"""After a number it makes a quantity or a term that is chosen: ``500 g``, ``12 months``."""
