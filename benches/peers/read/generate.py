"""Writes an order file: generate.py SHAPE MEGABYTES FILE

`orders` has few distinct values in most columns, as order files do; in `distinct` nearly every value of nearly
every column is its own.
"""

import sys

import numpy as np

ROWS = 200_000
WORDS = ["Classic", "Mini", "Deluxe", "Blue", "Red", "Travel", "Home", "Garden", "Kids", "Sport"]
NOUNS = ["Mug", "Lamp", "Bag", "Chair", "Towel", "Candle", "Bottle", "Clock", "Frame", "Basket"]


def moments(seconds):
    return (moment.replace("T", " ") for moment in np.array(seconds, "datetime64[s]").astype(str).tolist())


def cents(values):
    return (f"{value // 100}.{value % 100:02d}" for value in values.tolist())


def product(number):
    name = f"{WORDS[number % 10]} {NOUNS[number // 10 % 10]} {number}"
    return name if number % 50 else f'"{name}, set of 2"'


def orders(random):
    yield "order_id,customer_id,order_date,sku,product,quantity,unit_price,amount,currency,country,channel\n"
    last = 10_000_000
    while True:
        order = last + np.cumsum(random.random(ROWS) < 0.4)
        last = int(order[-1])
        mixed = (order * 2654435761) % 2**32
        sku, quantity = random.zipf(1.3, ROWS) % 8000, random.integers(1, 13, ROWS)
        price = (sku * 7919) % 9900 + 100
        columns = (order.tolist(), (mixed % 400_000).tolist(), moments((order - 10_000_000) * 3 + 1_600_000_000),
                   sku.tolist(), quantity.tolist(), cents(price), cents(quantity * price), mixed.tolist())
        for id, customer, moment, item, units, each, total, mix in zip(*columns):
            where = f"{('EUR', 'GBP', 'CNY')[mix % 3]},{('DE', 'GB', 'CN', 'FR')[mix % 4]},{('web', 'shop', 'app')[mix % 5 % 3]}"
            yield f"{id},C{customer:07d},{moment},SKU-{item:05d},{product(item)},{units},{each},{total},{where}\n"


def distinct(random):
    yield "order_id,customer_id,order_time,email,amount,discount,quantity,weight\n"
    rows = 0
    while True:
        id = np.arange(rows, rows + ROWS) + 100_000_000
        rows += ROWS
        columns = (id.tolist(), random.integers(10_000_000, 99_999_999, ROWS).tolist(),
                   moments(1_600_000_000 + id * 2 % 90_000_000), cents(random.integers(100, 100_000_000, ROWS)),
                   random.random(ROWS).tolist(), random.integers(1, 100, ROWS).tolist(),
                   random.normal(50, 9, ROWS).tolist())
        for order, customer, moment, amount, discount, units, weight in zip(*columns):
            email = f"u{customer}x{order % 997}@mail.example"
            yield f"{order},{customer},{moment},{email},{amount},{discount:.6f},{units},{weight:.3f}\n"


def main():
    shape, megabytes, path = sys.argv[1:]
    left = int(float(megabytes) * 1e6)
    with open(path, "w", encoding="ascii", newline="") as file:
        for line in {"orders": orders, "distinct": distinct}[shape](np.random.default_rng(7)):
            file.write(line)
            left -= len(line)
            if left <= 0:
                break


if __name__ == "__main__":
    main()
