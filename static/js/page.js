/* What every page has a use for. Each part finds its own elements; without scripts all of them
   are plain forms, links and <details>. */

import "./forms.js";
import "./menu.js";
import "./theme.js";
import "./times.js";
