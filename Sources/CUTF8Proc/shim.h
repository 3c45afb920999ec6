// The one system library that dgflow needs: Unicode normalisation, case folding and grapheme breaks.
#include <utf8proc.h>
