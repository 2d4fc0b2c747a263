#include "paper.h"

#include <hpdf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TOP = 794, BOTTOM = 56, FOOTER = 34, SHEETS_MAX = 200, HEIGHT_OF_ROW = 13 };

/* How a row looks: its letters, in tenths of a point; how high it is; the rule above it; how dark, in percent of white. */
static const struct { bool bold; int tenths, height; bool rule; int grey; } styles[PAPER_STYLE_COUNT] = {
    [PAPER_TITLE] = { true,  160, 24, false, 0 },
    [PAPER_HEAD]  = { true,  100, 17, false, 0 },
    [PAPER_LABEL] = { false,  72, 12, false, 40 },
    [PAPER_ROW]   = { false,  85, HEIGHT_OF_ROW, false, 0 },
    [PAPER_TOTAL] = { true,   85, 15, true,  0 },
};

/* libharu's own UTF-8 fonts say their letters in a form that not all readers take; these are understood by all. The first
 * that has a letter is used. */
static const char *const encodings[] = { "WinAnsiEncoding", "ISO8859-2", "ISO8859-4", "ISO8859-5", "ISO8859-7" };
enum { ENCODINGS = COUNT(encodings), LETTERS_MAX = 400, ELLIPSIS = 0x85, FONTS = 2 };

struct paper {
    HPDF_Doc pdf;
    HPDF_Font fonts[FONTS][ENCODINGS];                       /* plain, bold */
    HPDF_UNICODE letters[ENCODINGS][256];
    HPDF_Page sheets[SHEETS_MAX];
    size_t sheet_count;
    int y;
    enum err err;
};

/* A text as it is shown: bytes of encodings. */
struct shown { size_t count; char bytes[LETTERS_MAX + 1]; unsigned char encoding[LETTERS_MAX + 1]; };

static HPDF_REAL real(int tenths)
{
    return (HPDF_REAL)tenths / 10;
}

static enum err font_load(struct paper *paper, const char *file, HPDF_Font fonts[ENCODINGS], struct fault *fault)
{
    char path[256];
    const char *name;

    (void)snprintf(path, sizeof path, FONT_FOLDER "/%s", file);
    name = HPDF_LoadTTFontFromFile(paper->pdf, path, HPDF_TRUE);
    if (!name)
        return fault_set(fault, ERR_NOT_FOUND, "%s cannot be read; install the package fonts-dejavu-core", path);
    for (size_t i = 0; i < ENCODINGS; i++) {
        fonts[i] = HPDF_GetFont(paper->pdf, name, encodings[i]);
        if (!fonts[i])
            return fault_set(fault, ERR_MEMORY, "no memory");
    }
    return ERR_OK;
}

static enum err letters_load(struct paper *paper, struct fault *fault)
{
    for (size_t i = 0; i < ENCODINGS; i++) {
        HPDF_Encoder encoder = HPDF_GetEncoder(paper->pdf, encodings[i]);

        if (!encoder)
            return fault_set(fault, ERR_MEMORY, "no memory");
        for (unsigned byte = ' '; byte < 256; byte++)
            paper->letters[i][byte] = HPDF_Encoder_GetUnicode(encoder, (HPDF_UINT16)byte);
    }
    return ERR_OK;
}

enum err paper_open(struct paper **ret_paper, struct fault *fault)
{
    struct paper *paper = calloc(1, sizeof *paper);
    enum err err;

    if (!paper)
        return fault_set(fault, ERR_MEMORY, "no memory");
    paper->pdf = HPDF_New(NULL, NULL);
    if (!paper->pdf) {
        free(paper);
        return fault_set(fault, ERR_MEMORY, "no memory");
    }
    (void)HPDF_SetCompressionMode(paper->pdf, HPDF_COMP_ALL);
    err = letters_load(paper, fault);
    if (!err)
        err = font_load(paper, "DejaVuSans.ttf", paper->fonts[0], fault);
    if (!err)
        err = font_load(paper, "DejaVuSans-Bold.ttf", paper->fonts[1], fault);
    if (err) {
        paper_close(paper);
        return err;
    }
    *ret_paper = paper;
    return ERR_OK;
}

void paper_close(struct paper *paper)
{
    if (!paper)
        return;
    HPDF_Free(paper->pdf);
    free(paper);
}

/* Takes a character off the text. 0: what stands there is none, or is none that is shown. */
static unsigned take_letter(struct str *text)
{
    static const unsigned least[] = { 0, 0, 0x80, 0x800 };
    const unsigned char *at = (const unsigned char *)text->bytes;
    size_t bytes = at[0] < 0x80 ? 1 : at[0] >= 0xc0 && at[0] < 0xe0 ? 2 : at[0] >= 0xe0 && at[0] < 0xf0 ? 3 : 0;
    unsigned letter = bytes == 1 ? at[0] : bytes == 2 ? at[0] & 0x1f : at[0] & 0x0f;

    for (size_t i = 1; i < bytes; i++) {
        if (i >= text->len || (at[i] & 0xc0) != 0x80)
            bytes = 0;
        else
            letter = letter << 6 | (at[i] & 0x3f);
    }
    if (!bytes || letter < least[bytes]) {
        bytes = 1;
        letter = 0;
    }
    text->bytes += bytes;
    text->len -= bytes;
    return letter < ' ' ? 0 : letter;
}

static void show_letter(const struct paper *paper, unsigned letter, struct shown *shown)
{
    shown->bytes[shown->count] = '?';
    shown->encoding[shown->count] = 0;
    for (size_t i = 0; letter && i < ENCODINGS; i++)
        for (unsigned byte = ' '; byte < 256; byte++)
            if (paper->letters[i][byte] == letter && byte != 0x7f) {
                shown->bytes[shown->count] = (char)byte;
                shown->encoding[shown->count++] = (unsigned char)i;
                return;
            }
    shown->count++;
}

/* The next letters of one encoding, from `from`. */
static size_t run_of(const struct shown *shown, size_t from, char run[LETTERS_MAX + 1])
{
    size_t count = 0;

    while (from + count < shown->count && shown->encoding[from + count] == shown->encoding[from]) {
        run[count] = shown->bytes[from + count];
        count++;
    }
    run[count] = '\0';
    return count;
}

/* In thousandths of the letters' size. */
static int64_t width_of(const struct paper *paper, bool bold, const struct shown *shown)
{
    char run[LETTERS_MAX + 1];
    int64_t width = 0;

    for (size_t at = 0; at < shown->count;) {
        size_t count = run_of(shown, at, run);

        width += HPDF_Font_TextWidth(paper->fonts[bold][shown->encoding[at]], (const HPDF_BYTE *)run,
                                     (HPDF_UINT)count).width;
        at += count;
    }
    return width;
}

/* As much of the text as its column takes. */
static void show(const struct paper *paper, bool bold, struct str text, int64_t width, struct shown *shown)
{
    shown->count = 0;
    while (text.len && shown->count < LETTERS_MAX)
        show_letter(paper, take_letter(&text), shown);
    while (shown->count > 1 && width_of(paper, bold, shown) > width) {
        shown->count--;
        shown->bytes[shown->count - 1] = (char)ELLIPSIS;
        shown->encoding[shown->count - 1] = 0;
    }
}

static void write_cell(const struct paper *paper, HPDF_Page page, enum paper_style style, const struct paper_cell *cell, int y)
{
    bool bold = styles[style].bold;
    char run[LETTERS_MAX + 1];
    struct shown shown;
    HPDF_REAL wide;

    show(paper, bold, cell->text, (int64_t)(cell->right - cell->left) * 10000 / styles[style].tenths, &shown);
    wide = (HPDF_REAL)width_of(paper, bold, &shown) * real(styles[style].tenths) / 1000;
    (void)HPDF_Page_BeginText(page);
    (void)HPDF_Page_MoveTextPos(page, cell->end ? (HPDF_REAL)cell->right - wide : (HPDF_REAL)cell->left, (HPDF_REAL)y);
    for (size_t at = 0; at < shown.count;) {
        size_t count = run_of(&shown, at, run);

        (void)HPDF_Page_SetFontAndSize(page, paper->fonts[bold][shown.encoding[at]], real(styles[style].tenths));
        (void)HPDF_Page_ShowText(page, run);
        at += count;
    }
    (void)HPDF_Page_EndText(page);
}

static HPDF_Page sheet(struct paper *paper, int height)
{
    HPDF_Page page;

    if (paper->sheet_count && paper->y - height >= BOTTOM)
        return paper->sheets[paper->sheet_count - 1];
    if (paper->sheet_count == SHEETS_MAX) {
        paper->err = ERR_TOO_LONG;
        return NULL;
    }
    page = HPDF_AddPage(paper->pdf);
    if (!page || HPDF_Page_SetSize(page, HPDF_PAGE_SIZE_A4, HPDF_PAGE_PORTRAIT) != HPDF_OK) {
        paper->err = ERR_MEMORY;
        return NULL;
    }
    paper->sheets[paper->sheet_count++] = page;
    paper->y = TOP;
    return page;
}

static void rule(HPDF_Page page, int left, int right, int y)
{
    (void)HPDF_Page_SetLineWidth(page, real(5));
    (void)HPDF_Page_SetGrayStroke(page, real(6));
    (void)HPDF_Page_MoveTo(page, (HPDF_REAL)left, (HPDF_REAL)y);
    (void)HPDF_Page_LineTo(page, (HPDF_REAL)right, (HPDF_REAL)y);
    (void)HPDF_Page_Stroke(page);
}

void paper_row(struct paper *paper, enum paper_style style, const struct paper_cell *cells, size_t count)
{
    HPDF_Page page = paper->err ? NULL : sheet(paper, styles[style].height);

    if (!page)
        return;
    paper->y -= styles[style].height;
    if (styles[style].rule && count)
        rule(page, cells[0].left, cells[count - 1].right, paper->y + styles[style].height - 4);
    (void)HPDF_Page_SetGrayFill(page, (HPDF_REAL)styles[style].grey / 100);
    for (size_t i = 0; i < count; i++)
        if (cells[i].text.len)
            write_cell(paper, page, style, &cells[i], paper->y);
}

void paper_keep(struct paper *paper, size_t rows)
{
    int height = (int)(rows < 40 ? rows : 40) * HEIGHT_OF_ROW + 20;

    if (paper->sheet_count && paper->y - height < BOTTOM)
        paper->y = BOTTOM;
}

void paper_gap(struct paper *paper, int points)
{
    paper->y -= points;
}

static void write_footers(struct paper *paper, struct str footer)
{
    for (size_t i = 0; i < paper->sheet_count; i++) {
        HPDF_Page page = paper->sheets[i];
        char number[32];
        struct paper_cell cells[] = { { footer, PAPER_LEFT, PAPER_RIGHT - 60, false },
                                      { STR_NONE, PAPER_RIGHT - 50, PAPER_RIGHT, true } };

        (void)snprintf(number, sizeof number, "%zu/%zu", i + 1, paper->sheet_count);
        cells[1].text = str_of(number);
        rule(page, PAPER_LEFT, PAPER_RIGHT, FOOTER + 12);
        (void)HPDF_Page_SetGrayFill(page, (HPDF_REAL)styles[PAPER_LABEL].grey / 100);
        for (size_t k = 0; k < COUNT(cells); k++)
            write_cell(paper, page, PAPER_LABEL, &cells[k], FOOTER);
    }
}

static enum err write_out(struct paper *paper, struct strbuf *out)
{
    HPDF_BYTE bytes[16384];
    HPDF_UINT32 got;

    if (HPDF_SaveToStream(paper->pdf) != HPDF_OK || HPDF_ResetStream(paper->pdf) != HPDF_OK)
        return ERR_MEMORY;
    for (;;) {
        HPDF_STATUS status;

        got = sizeof bytes;
        status = HPDF_ReadFromStream(paper->pdf, bytes, &got);
        if (got)
            strbuf_add(out, (struct str){ (const char *)bytes, got });
        if (status == HPDF_STREAM_EOF || (status == HPDF_OK && got < sizeof bytes))
            return out->failed ? ERR_MEMORY : ERR_OK;
        if (status != HPDF_OK)
            return ERR_MEMORY;
    }
}

enum err paper_finish(struct paper *paper, struct str footer, struct strbuf *out, struct fault *fault)
{
    if (!paper->err)
        write_footers(paper, footer);
    if (!paper->err && HPDF_GetError(paper->pdf) != HPDF_OK)
        paper->err = ERR_MEMORY;
    if (!paper->err)
        paper->err = write_out(paper, out);
    return paper->err ? fault_set(fault, paper->err, "the PDF could not be made: %s", err_text(paper->err)) : ERR_OK;
}
