// The element stays while what is in it is drawn anew: only so do screen readers hear of it.
element.setAttribute("aria-live", "polite");
