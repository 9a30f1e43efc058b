// What may be drawn under temperature, top-k and top-p.
touchDraw.knobs = ({ colour, text, plain }) => (numbers) => {
    const rows = [];
    for (let i = 1; i < numbers.length; i += 3) {
        rows.push({ letter: String.fromCharCode(numbers[i]), before: numbers[i + 1], after: numbers[i + 2] });
    }
    // the scale stays unless one character has more than half
    const top = Math.max(0.5, ...rows.map(row => Math.max(row.before, row.after)));
    const y = p => 310 - 270 * p / top;
    const bars = rows.map(({ letter, before, after }, i) => {
        const x = 40 + i * 48;
        return `<rect x="${x}" y="${y(after)}" width="34" height="${310 - y(after)}" fill="${colour(1)}" stroke="none"/>` +
            `<rect x="${x}" y="${y(before)}" width="34" height="${310 - y(before)}" stroke-dasharray="3 3"/>` +
            text(x + 17, 334, letter === " " ? "␣" : letter === "&" ? "&amp;" : letter);
    });
    const left = rows.filter(row => row.after > 0).length;
    const best = rows.reduce((a, b) => (b.after > a.after ? b : a));
    return {
        svg: bars.join("") + `<path d="M30 310H625"/>` + text(30, 20, "solid: what may be drawn; dashed: at temperature 1, unfiltered", "start"),
        says: `${left} of ${rows.length} characters may be drawn. The likeliest, ${best.letter === " " ? "the space" : best.letter}, ` +
            `has ${plain(best.after)}; perplexity ${plain(Math.exp(numbers[0]))}.`,
    };
};
