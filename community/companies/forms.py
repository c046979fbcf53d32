"""Forms of company pages."""

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField
from wtforms.validators import DataRequired, Length, Optional

from community.companies.models import ABOUT_MAX, NAME_MAX, URL_MAX
from community.web.forms import Form, one_line


class CompanyForm(Form):
    """Open a page for a company."""

    name = StringField(
        _l("Name of the company"),
        filters=[one_line],
        validators=[DataRequired(_l("Write the company's name.")), Length(max=NAME_MAX)],
        description=_l("As its customers know it."),
    )
    website = StringField(
        _l("Its website"),
        filters=[one_line],
        validators=[Optional(), Length(max=URL_MAX)],
        description=_l("Like acme.example. It keeps two pages for one company apart."),
    )
    about = StringField(
        _l("What it does, in one line"),
        filters=[one_line],
        validators=[Optional(), Length(max=ABOUT_MAX)],
    )


class ProductForm(Form):
    """Open a page for a product."""

    name = StringField(
        _l("Name of the product"),
        filters=[one_line],
        validators=[DataRequired(_l("Write the product's name.")), Length(max=NAME_MAX)],
        description=_l("As it stands on the box or the screen, with its version if that matters."),
    )
    parent = SelectField(_l("Part of"), coerce=int, default=0)


class AliasForm(Form):
    """Say what else a company is called."""

    alias = StringField(
        _l("Another name"),
        filters=[one_line],
        validators=[DataRequired(_l("Write the name.")), Length(max=NAME_MAX)],
        description=_l("A short form, an older name, or the name in another script."),
    )


class NamedCompanyForm(Form):
    """Name a company that has a page here."""

    company = StringField(
        _l("Company"),
        filters=[one_line],
        validators=[DataRequired(_l("Write the company's name.")), Length(max=NAME_MAX)],
        description=_l("As it stands on its page here."),
    )


class OfficialHelpForm(Form):
    """Say where a company itself gives help."""

    url = StringField(
        _l("Address of the official help"),
        filters=[one_line],
        validators=[DataRequired(_l("Write the address.")), Length(max=URL_MAX)],
        description=_l("Like https://acme.example/support."),
    )
    source = StringField(
        _l("Where does the company say so?"),
        filters=[one_line],
        validators=[DataRequired(_l("Write where this can be checked.")), Length(max=URL_MAX)],
        description=_l("A page of the company that names this help, so that anybody can check it."),
    )
