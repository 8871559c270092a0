"""The patterns of the sentences that figures say of themselves; ``%(name)s`` stands for what varies.

A sentence that is not here is shown in English, marked as such. Of two patterns that fit, the first counts.
"""

from ivr.web.marked import gettext

PATTERNS: tuple[str, ...] = (
    gettext("no ratings"),
    gettext("fewer than %(least)s %(things)s: do not rank"),
    gettext("fewer than %(least)s ratings: a share would tell what single callers pressed"),
    gettext("with this share one could work out another of fewer than %(least)s ratings, so both are withheld"),
    gettext("who has fewer than %(least)s ratings is not drawn and not in the common share"),
    gettext("calls without an agent, counted apart"),
    gettext("%(calls)s with unknown end: in handled, not in eligible"),
    gettext("calls in several teams: %(teams)s"),
    gettext("disposition_leak"),
    gettext(
        "disposition_leak: %(handled)s handled calls, but %(disposed)s have an outcome; no score is "
        "shown until the ledger is whole"
    ),
    gettext("disposition_leak: no score is shown until the ledger is whole"),
    gettext("the fit knows no rating of this layout"),
    gettext("1 rating of %(layout)s kept out: it leads callers (%(why)s), and nobody signed for it"),
    gettext("%(ratings)s ratings of %(layout)s kept out: it leads callers (%(why)s), and nobody signed for it"),
    gettext("1 rating of %(layout)s, which leads callers: in the appraisal too, as %(who)s signed for it"),
    gettext("%(ratings)s ratings of %(layout)s, which leads callers: in the appraisal too, as %(who)s signed for it"),
    gettext("%(silent)s asked calls without known seconds are left out"),
    gettext("no asked call whose seconds are known"),
    gettext("no usable rating among the calls whose seconds are known"),
    gettext("a single asked call tells no interval"),
    gettext("no caller was asked for any time"),
    gettext("fewer than %(least)s usable ratings"),
    gettext("no eligible calls"),
    gettext("no started calls"),
    gettext("no offered calls"),
    gettext("no call could have had either this layout or the reference layout %(reference)s: no stratum draws both"),
    gettext("pooled over all calls: the layout's own effect only where callers are assigned at random alike"),
    gettext("no reference layout is configured"),
    gettext("no ratings of the reference layout %(reference)s"),
    gettext("no ratings that can be read"),
    gettext("its categories are not those of the reference layout: the scales are not interchangeable"),
    gettext("fewer than %(least)s ratings in one of the two layouts"),
    gettext("this is the reference layout"),
    gettext(
        "about %(ratings)s more ratings, some %(weeks)s weeks at the present pace, until this agent can "
        "be told from the others with some confidence"
    ),
    gettext(
        "about %(ratings)s more ratings, some 1 week at the present pace, until this agent can be told "
        "from the others with some confidence"
    ),
    gettext(
        "about 1 more rating, some %(weeks)s weeks at the present pace, until this agent can be told "
        "from the others with some confidence"
    ),
    gettext(
        "about 1 more rating, some 1 week at the present pace, until this agent can be told from the "
        "others with some confidence"
    ),
    gettext("the ratings mix the scales of %(layouts)s: their keys do not mean the same"),
    gettext("the ratings mix versions of %(layouts)s with other categories"),
    gettext("pressed shares mix layouts"),
    gettext("pressed shares mix layout versions"),
    gettext("1 rating of %(layout)s left out: %(why)s"),
    gettext("%(ratings)s ratings of %(layout)s left out: %(why)s"),
    gettext("no layout is stored with it"),
    gettext("the layout has no definition here"),
    gettext("no category is stored with it"),
    gettext("no rating whose layout has a definition here"),
    gettext("nobody has rated yet"),
    gettext("no rating of this agent yet"),
    gettext(
        "no mirrored layout is among the ratings, so how much key 1 and the first choice flatter is "
        "assumed (the interval allows for it), not measured"
    ),
    gettext("fewer than %(least)s agents: how much agents usually differ is assumed, not measured"),
    gettext("fewer than %(least)s agents: nobody to compare with"),
    gettext("the interval is too wide to act on"),
    gettext("no reference layout"),
    gettext("no eligible call of this agent yet"),
    gettext("the search for the parameters did not settle; the figures would be arbitrary"),
    gettext("callers cannot be told apart, so intervals take every call for another caller's"),
    gettext("%(layout)s has no ratings, so the figures stand on %(other)s"),
    gettext("calls without an agent"),
    gettext("%(calls)s calls without an agent: left out"),
    gettext("%(calls)s calls of which nobody knows how they ended: left out"),
    gettext("%(calls)s calls of %(layout)s, which has no definition here: left out"),
    gettext("%(calls)s follow-up answers that are not on the neutral scale: left out"),
    gettext("%(calls)s ratings of %(layout)s with a category that its definition does not have: left out"),
    gettext("%(versions)s versions sound different; the effect is that of the one rated on most"),
    gettext("its choices have other names: its scale is linked, not the same"),
    gettext("fewer than %(least)s ratings of callers whom chance could have given both"),
    gettext("nobody has rated on it yet"),
    gettext("never drawn in the same place as a layout that leads to the reference"),
    gettext("no mirrored layout: assumed rather than measured"),
    gettext("mostly assumed: these calls tell less of it than what is usual elsewhere"),
    gettext("only %(answered)s follow-up answers of silent callers, %(least)s are needed"),
    gettext("no queue of this agent is served by the other agents, so the agent cannot be told from the queue"),
    gettext(
        "only %(answered)s follow-up answers of silent callers, %(least)s are needed, and the randomised "
        "silence before the prompt tells too little of who stays silent: the bounds hold"
    ),
    gettext("calls came without the probabilities by which their layouts were drawn"),
    gettext("they were never drawn in the same place as the others"),
    gettext(
        "%(share)s %% of the ratings were made on layouts that cannot be compared with the reference "
        "layout: %(why)s; draw all layouts at random for a share of the callers at each site"
    ),
    gettext("%(have)s: with one layout throughout, nothing else tells what silent callers think"),
    gettext("rests on the randomised silence before the prompt alone, as there are too few follow-up answers"),
    gettext("only %(share)s %% of the followed-up callers answered"),
    gettext("fewer than %(least)s agents have a figure: there is no middle to compare with"),
    gettext("no agent can be told from the middle on these ratings"),
    gettext("fewer than %(least)s agents: limits of chance alone"),
    gettext("agents spread %(times)s times as much as chance would: the limits allow for it"),
    gettext("every rating is alike: there is no spread to draw limits for"),
    gettext("withheld, as the layouts have not the shares that chance was to give"),
    gettext("there are no ratings yet"),
    gettext("no counted call carries this experiment here"),
    gettext("%(layout)s is the only layout, so nothing is compared"),
    gettext("no allocation is stored with the calls"),
    gettext(
        "not decided yet: %(rated)s of %(minimum)s ratings of %(short)s (the rest in about %(weeks)s weeks at the "
        "present rate); to tell %(layout)s from %(reference)s: about %(more)s more ratings of both together "
        "(%(time)s weeks at the present rate)"
    ),
    gettext(
        "not decided yet: %(rated)s of %(minimum)s ratings of %(short)s (the rest in about %(weeks)s weeks at the "
        "present rate)"
    ),
    gettext(
        "not decided yet: at every look so far, no difference was within the interval; to tell %(layout)s from "
        "%(reference)s: about %(more)s more ratings of both together (%(time)s weeks at the present rate)"
    ),
    gettext("decided on %(day)s: %(higher)s has the higher top-box than %(lower)s (%(figure)s)"),
    gettext("decided on %(day)s: no difference in top-box was found (%(figure)s)"),
    gettext("%(arm)s has %(counted)s where %(expected)s were expected; by chance that is p = %(p)s"),
    gettext("fewer than %(least)s expected in %(arms)s, so not tested"),
    gettext("nothing was left to chance: one arm has every call"),
    gettext("nothing was left to chance: in each stratum one arm has every call"),
    gettext("no delay is stored with the calls"),
    gettext("no probability is stored with the delays"),
    gettext(
        "the silences change the response rate by %(points)s points, under %(least)s: too little to correct "
        "non-response by"
    ),
    gettext("no call had the reference layout %(wanted)s; %(reference)s, with the most calls, stands in"),
    gettext("%(calls)s calls have no layout stored with them, and are in no arm"),
    gettext("%(callers)s callers were given more than one layout, and should have kept one"),
    gettext(
        "%(key)s has no file and no log here, so its primary metric, minimum sample and stop rule are not known: "
        "the top-box stands in for the metric, and nothing is decided"
    ),
    gettext(
        "%(seconds)s s of silence after key %(keys)s (%(categories)s), the best answer alone, while %(unread)s of "
        "%(all)s choices are unread"
    ),
    gettext(
        "%(seconds)s s of silence after key %(keys)s (%(categories)s), good answers alone, while %(unread)s of "
        "%(all)s choices are unread"
    ),
    gettext("nothing is concluded: %(why)s"),
    gettext("not decided: %(why)s"),
    gettext("not decided yet: %(lacking)s"),
    gettext("not decided yet: at every look so far, no difference was within the interval"),
    gettext("nothing is decided, as no rule is known"),
    gettext("nothing is decided, as the stop rule is none"),
    gettext("fewer than %(least)s observations in both arms together"),
    gettext("all observations of an arm are alike, so their spread is not known yet"),
    gettext("no difference in %(metric)s was found"),
    gettext("Give a reason of at least %(least)s characters, so that others can judge it."),
    gettext("The reason has %(count)s characters; %(most)s are the most. Please shorten it."),
    gettext("The reason holds characters that cannot be printed; please take them out."),
    gettext("Choose whether the figures leave the call out or keep it."),
    gettext("This rating is contested already, by %(who)s; it waits for a decision."),
    gettext("This rating was contested and decided already; whoever decides can decide anew."),
    gettext("The caller gave no rating in this call, so there is nothing to contest."),
    gettext("This was a test call; it counts in no figure, so there is nothing to contest."),
    gettext("The figures leave this call out already, so there is nothing to contest."),
    gettext("You have contested this rating yourself; somebody else has to decide."),
    gettext("This rating is about you; somebody else has to decide."),
    gettext("Meanwhile %(who)s has decided; read that decision first, and decide anew if you disagree."),
    gettext("This was decided so already; nothing was changed."),
    gettext("This call is not in the ledger any more."),
    gettext("Nobody has contested this rating, so there is nothing to decide."),
    gettext("the %(field)s '%(typed)s' is not known; write one of %(known)s"),
    gettext("the category '%(typed)s' is none; write 0 for the worst answer, 1 for the next"),
    gettext("Sign in first."),
    gettext("The sign-in is not finished yet."),
    gettext("This API token does not include this; make one that does."),
    gettext("This form was sent from another site; nothing was changed."),
    gettext("This form is not from this session; reload the page and try again."),
    gettext("Too many requests from here; please wait a moment and try again."),
    gettext("there is no filter '%(name)s'; use %(known)s"),
    gettext("there is no filter '%(name)s' here; use queue or site"),
    gettext("the filter '%(name)s' stands twice; keep one"),
    gettext("these figures are of the whole centre; leave the filter 'team' out"),
    gettext("there is no event '%(name)s'; choose one from the list"),
    gettext("this is not your present password; enter it once more"),
    gettext("too many wrong passwords; please wait %(seconds)s s and try again"),
    gettext(
        "the password is shorter than %(least)s characters; take a longer one, such as four words that have "
        "nothing to do with each other"
    ),
    gettext("the password is longer than %(most)s characters; take a shorter one"),
    gettext(
        "the password is made of few characters, again and again; take four words that have nothing to do with "
        "each other"
    ),
    gettext("the password is the same again and again; take four words that have nothing to do with each other"),
    gettext("the password runs along the keyboard or counts; take four words that have nothing to do with each other"),
    gettext("the password is little more than your own name; take four words that have nothing to do with each other"),
    gettext(
        "the password is among those that are guessed first; take four words that have nothing to do with each other"
    ),
    gettext("an authenticator app is set up already; remove it first to set up another"),
    gettext("the authenticator app was set up anew meanwhile; begin once more"),
    gettext("no authenticator app is being set up; begin once more"),
    gettext("no authenticator app is set up; there is nothing to remove"),
    gettext("no authenticator app is set up; recovery codes stand in for one"),
    gettext("your role needs an authenticator app; ask an administrator to reset it"),
    gettext('the user "%(name)s" is there already; choose another name'),
    gettext(
        "the user name '%(name)s' will not do; write 1 to 64 of a-z, 0-9 and . _ @ + -, beginning with a letter "
        "or digit"
    ),
    gettext("the user has no role; give one of %(roles)s"),
    gettext("the role agent shows one person's figures; say whose, by the agent's key"),
    gettext('"%(name)s" does not lead %(team)s; nothing has changed'),
    gettext('"%(name)s" has no authenticator app; there is nothing to reset'),
    gettext("there is no order %(order)s; use one of %(orders)s"),
    gettext("there is no group %(group)s; use one of %(groups)s"),
    gettext("there is no page %(page)s; write its number, from 1"),
    gettext("this is no part of a name; write some letters of one"),
    gettext("too many fits wait already; try again when they are made"),
    gettext("the %(name)s holds characters that no name has; write its name"),
    gettext("the window from %(since)s to %(until)s is empty; write a later 'to' than 'from'"),
    gettext("%(n)s ratings"),
    gettext("1 rating"),
    gettext("no calls"),
    gettext("nobody was asked to confirm and answered"),
    gettext("pressed shares mix layouts: %(layouts)s"),
)
