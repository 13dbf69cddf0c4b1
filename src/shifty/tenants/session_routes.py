"""A door for commands: the code that signs a browser in."""

from fastapi import APIRouter
from pydantic import Field

from shifty.tenants.caller import AUTHENTICATED, ReadCaller
from shifty.tenants.sessions import CODE_GOOD_FOR, make_code
from shifty.web.deps import Db
from shifty.web.refusals import refusals
from shifty.wire import Body

router = APIRouter(tags=["tenants"], dependencies=AUTHENTICATED)


class SignInCodeAnswer(Body):
    """What signs one browser in, once."""

    code: str = Field(
        description="For `/sign-in?code=` on this server.", examples=["pV3n0Vq3mJ8cVwS0m6iZyQ0sXr0Wq2dKk4m9b1tU7eE"]
    )
    expires_in: int = Field(description="Seconds within which it has to be used.", examples=[120])


@router.post("/sign-in-codes", summary="Get a code that signs a browser in", responses=refusals())
async def post_sign_in_code(caller: ReadCaller, db: Db) -> SignInCodeAnswer:
    """In place of typing the key into the pages: `/sign-in?code=…&next=/runs` begins a session with the rights of the
    key that asks, and `next` is the path to go on to."""
    return SignInCodeAnswer(code=await make_code(db, caller), expires_in=int(CODE_GOOD_FOR.total_seconds()))
