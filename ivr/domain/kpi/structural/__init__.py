"""The structural fit: one model of how a call becomes a press, so that what is not the agent's can be taken out.

A call has a latent satisfaction. The agent, the site, the queue and the wait move it. The caller is willing to answer
or not, which hangs on the satisfaction and on the randomised silence before the prompt; the layout cuts it into
categories, moves it by order and habit, and loses those who hang up before their own choice has been read. A few
silent callers are asked later, on a neutral scale. All of it is seen through counts (period cells), and fitted in two
stages: what all agents share from cells joined over agents (:mod:`.calibration`), then the agents (:mod:`.agents`),
who may offer the rating to content callers only (:mod:`.offering`).
"""

from ivr.domain.kpi.structural.fit import fit

__all__ = ["fit"]
