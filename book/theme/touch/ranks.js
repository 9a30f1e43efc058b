// The nearest picture of a rank: a square for each grey value.
touchDraw.ranks = ({ plain }) => (numbers, [rank]) => {
    const [rows, columns, taken, error] = numbers;
    const grey = numbers.slice(4), side = 10, left = (640 - side * columns) / 2;
    const square = (value, i) => {
        const level = Math.round(255 * Math.min(1, Math.max(0, value)));
        const [x, y] = [left + side * (i % columns), 10 + side * Math.floor(i / columns)];
        // a little larger than its place, so that no line shows between two
        return `<rect x="${x}" y="${y}" width="${side + 0.4}" height="${side + 0.4}" fill="rgb(${level},${level},${level})"/>`;
    };
    return {
        svg: `<g stroke="none">${Array.from(grey, square).join("")}</g>`,
        says: `Rank ${rank}: ${taken} numbers in place of ${rows * columns} (in f32, ${4 * taken} bytes for ${4 * rows * columns}), and an error of ${plain(100 * error)} % of the picture.`,
    };
};
