// The weights of one head as a triangle of squares: what has been read against where it looks.
touchDraw.attention = ({ colour, text, plain }) => (numbers, [, head, read]) => {
    const name = token => token === 10 ? "&gt;" : String(token);
    const tokens = numbers.slice(0, 13), next = numbers[13];
    const row = i => numbers.slice(14 + 12 * i, 26 + 12 * i);
    const side = 26, left = 40, top = 40;
    const squares = [];
    for (let i = 0; i < 12; i++) {
        squares.push(text(left - 16, top + side * i + 18, name(tokens[i])));
        squares.push(text(left + side * i + 13, top - 8, name(tokens[i])));
        row(i).forEach((weight, j) => {
            const x = left + side * j, y = top + side * i;
            if (j > i) {
                squares.push(`<path d="M${x + 9} ${y + 9}l8 8M${x + 17} ${y + 9}l-8 8" stroke-opacity="0.25"/>`);
            } else {
                squares.push(`<rect x="${x}" y="${y}" width="${side}" height="${side}" fill="${colour(1)}" fill-opacity="${weight}" stroke-opacity="0.25"/>`);
            }
        });
    }
    const chosen = row(read - 1);
    const y = top + side * (read - 1);
    const order = chosen.slice(0, read).map((weight, j) => [weight, j]).sort((a, b) => b[0] - a[0]);
    const said = order.slice(0, 2).map(([weight, j]) => `${plain(100 * weight)} % at the ${tokens[j] === 10 ? "arrow" : tokens[j]} in place ${j + 1}`);
    const so = tokens.slice(0, read).map(token => token === 10 ? ">" : token).join("");
    const where = `Layer ${head < 2 ? 1 : 2}, ${head % 2 ? "second" : "first"} head`;
    return {
        svg: squares.join("") + text(2, top - 8, "read", "start") + text(left + side * 6, 14, "looks at") +
            `<rect x="${left - 1}" y="${y - 1}" width="${side * read + 2}" height="${side + 2}" stroke="${colour(2)}" stroke-width="3"/>` +
            text(left + side * 12 + 10, y + 18, read > 6 ? `writes ${next}` : "", "start"),
        box: [420, 360],
        says: `${where}: having read ${so} it looks ${said.join(" and ")}.` +
            (read > 6 ? ` The model writes ${next === 10 ? "an arrow" : next}.` : " It does not write yet."),
    };
};
