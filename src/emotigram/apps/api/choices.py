"""Routes of what there is to choose from, and of the engines."""

from __future__ import annotations

from fastapi import APIRouter

from emotigram import catalogue
from emotigram.apps.api.answers import PROBLEMS
from emotigram.apps.api.callers import CallerOf
from emotigram.apps.api.state import StateOf
from emotigram.registry import ROLES, engine_keys
from emotigram.schemas.choices import EnginesInfo, LanguageInfo, LookInfo, Names, PlatformInfo

router = APIRouter(prefix="/v1", tags=["choices"], responses=PROBLEMS)


@router.get("/platforms", summary="Platforms and their rules")
async def platforms(_: CallerOf) -> list[PlatformInfo]:
    """List where posts can go."""
    return [PlatformInfo.of(each) for each in catalogue.platforms()]


@router.get("/styles", summary="Manners of writing")
async def styles(_: CallerOf) -> list[Names]:
    """List the styles."""
    return [Names.of(each) for each in catalogue.styles()]


@router.get("/revisions", summary="Ways to revise a post")
async def revisions(_: CallerOf) -> list[Names]:
    """List how a post can be changed."""
    return [Names.of(each) for each in catalogue.revisions()]


@router.get("/languages", summary="Languages of posts")
async def languages(state: StateOf, _: CallerOf) -> list[LanguageInfo]:
    """List the languages, and which of them the server's writer writes."""
    written = state.desk.studio.studio.languages_written
    return [
        LanguageInfo(
            key=each.key,
            names=dict(each.names),
            native_name=each.native_name,
            default_platform=each.default_platform,
            is_written=each.key in written,
        )
        for each in catalogue.languages()
    ]


@router.get("/looks", summary="Filters for photos")
async def looks(_: CallerOf) -> list[LookInfo]:
    """List the looks; every reading suggests one."""
    return [LookInfo.of(each) for each in catalogue.looks()]


@router.get("/engines", summary="The engines at work")
async def engines(state: StateOf, _: CallerOf) -> EnginesInfo:
    """Say which engines read and write, and who else gets the photos."""
    studio = state.desk.studio.studio
    known = {str(role): engine_keys(role) for role in ROLES}
    return EnginesInfo(active=studio.engines, known=known, sends_photos_to=studio.sends_photos_to)
